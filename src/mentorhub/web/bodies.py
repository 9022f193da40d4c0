"""Request bodies, read within a bound of size and of time, whatever their senders say of them."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from mentorhub.web.approach import Refused
from mentorhub.web.headers import Headers


@dataclass(frozen=True, slots=True)
class Bound:
    """The most *bytes* a body may have, and the *seconds* until it must be there."""

    bytes: int
    seconds: float


async def read_body(receive: Receive, headers: Headers, bound: Bound) -> bytes:
    """The whole body; raises Refused (408, 413) or ClientDisconnect."""
    check_length(headers, bound)
    try:
        async with asyncio.timeout(bound.seconds):
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                body: bytes = message.get("body", b"")
                if len(body) > bound.bytes:
                    raise _too_large(bound)
                return body
            chunks = bytearray()
            async for chunk in _chunks(message, receive, bound):
                chunks += chunk
            return bytes(chunks)
    except TimeoutError:
        raise _too_slow(bound) from None


async def stream_body(receive: Receive, headers: Headers, bound: Bound) -> AsyncGenerator[bytes, None]:
    """The body as it comes; raises Refused (413) or ClientDisconnect. Time is for the caller to bound."""
    check_length(headers, bound)
    async for chunk in _chunks(await receive(), receive, bound):
        yield chunk


async def _chunks(message: Message, receive: Receive, bound: Bound) -> AsyncGenerator[bytes, None]:
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > bound.bytes:
            raise _too_large(bound)
        yield chunk
        if not message.get("more_body", False):
            return
        message = await receive()


def check_length(headers: Headers, bound: Bound) -> None:
    """Raises Refused before anything is read, where the sender itself says that it is too much."""
    length = headers.get(b"content-length")
    if length is not None and length.isdigit() and int(length[:20]) > bound.bytes:
        raise _too_large(bound)


def _too_large(bound: Bound) -> Refused:
    return Refused("BAD_USER_INPUT", f"The body is larger than {bound.bytes:,} bytes.", status=413)


def _too_slow(bound: Bound) -> Refused:
    return Refused("BAD_USER_INPUT", f"The body did not arrive within {bound.seconds:g} seconds.", status=408)
