"""Passwords: Argon2id, in a few threads of its own, never on the event loop."""

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Callable
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from mentorhub.rules.accounts import composed
from mentorhub.rules.refusals import Unavailable
from mentorhub.threads import standing_back

T = TypeVar("T")

_AT_ONCE: Final = 2
_WAITING: Final = 200
"""As many may wait for their turn; more would wait for longer than anybody does."""


def _hasher() -> PasswordHasher:
    """Argon2id as OWASP has it first: 46 MiB, one pass, one lane, so that each hash takes one thread."""
    return PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)


def _nobodys(hasher: PasswordHasher) -> str:
    """What no password hashes to: made up, since a hash itself takes the memory of one."""
    salt, digest = (
        b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2{hasher.type.name.lower()}$v={ARGON2_VERSION}${costs}${salt}${digest}"


class Passwords:
    """Hashes and verifies; two at once, so that many sign-ins leave processors for everybody else."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or _hasher()
        self._threads = standing_back(_AT_ONCE, "passwords")
        self._waiting = 0
        self._nobodys = _nobodys(self._hasher)

    async def hash(self, password: str) -> str:
        """Raises Unavailable where too many wait."""
        return await self._in_turn(lambda: self._hasher.hash(_octets(password)))

    async def is_right(self, password: str, hashed: str | None) -> bool:
        """Whether *password* is the one that was *hashed*; as much work, and False, where there is none.

        Raises Unavailable where too many wait.
        """

        def verify() -> bool:
            try:
                self._hasher.verify(hashed or self._nobodys, _octets(password))
            except (VerificationError, InvalidHashError):
                return False
            return hashed is not None

        return await self._in_turn(verify)

    def is_outdated(self, hashed: str) -> bool:
        """Whether *hashed* was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= _WAITING:
            raise Unavailable("Too many are signing in just now; please try again in a moment.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)


def _octets(password: str) -> bytes:
    return composed(password).encode("utf-8", "surrogatepass")
