"""Which machine a name leads to, and whether it may be called."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from mentorhub.rules import addresses
from mentorhub.rules.addresses import Address, Network

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host; none, or OSError, where it has none."""

_AT_ONCE: Final = 64
"""Names that are looked up at a time: a name server that never answers holds up a thread, and nobody else's."""
_threads: Final = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="names")


class Unreachable(Exception):  # noqa: N818 -- it reads as what it is
    """A receiver could not be told; the message says why, for its owner."""


async def resolve(host: str, port: int) -> list[str]:
    """What this machine's resolver says."""

    def look() -> list[str]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    return await asyncio.get_running_loop().run_in_executor(_threads, look)


async def permitted(
    host: str, port: int, *, is_secure: bool, allowed: Sequence[Network], resolve: Resolve
) -> list[Address]:
    """The addresses of *host*, all of which may be called. Raises Unreachable, never saying which there are.

    One that may not be called bars them all. In clear only those in *allowed* may be.
    """
    try:
        names = [host] if addresses.read(host) else await resolve(host, port)
    except (OSError, UnicodeError):
        names = []
    found = [addresses.read(name) for name in names]
    good = [address for address in found if address and _may_call(address, is_secure, allowed)]
    if not good or len(good) < len(found):
        raise Unreachable("The host has no public address.")
    return good


def _may_call(address: Address, is_secure: bool, allowed: Sequence[Network]) -> bool:  # noqa: FBT001 -- a private word
    return addresses.is_in(address, allowed) or (is_secure and addresses.is_public(address))
