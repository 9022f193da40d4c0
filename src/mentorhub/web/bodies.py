"""Request bodies, read within a bound of size and of time, whatever their senders say of them."""

from collections.abc import AsyncGenerator, Callable
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from mentorhub.patience import Patience
from mentorhub.web.approach import Refused
from mentorhub.web.headers import Headers

READ_WHOLE: Final = "read whole"
"""In a request's state, where the server has it: what gives a body that has come already."""
ReadWhole = Callable[[Receive, int], bytes | None]
"""Given *receive*, and how long the body may be; None, and nothing is read, where it must be received."""


class BodyReader:
    """Reads whole bodies of at most *most* bytes, each within *seconds*."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most = most
        self._patience = Patience(seconds)

    async def read(self, receive: Receive, headers: Headers, read_whole: ReadWhole | None = None) -> bytes:
        """Raises Refused (408, 413) or ClientDisconnect."""
        check_length(headers, self._most)
        if read_whole is not None and (whole := read_whole(receive, self._most)) is not None:
            return whole
        try:
            return await self._patience.wait_for(self._read(receive))
        except TimeoutError:
            raise too_slow(self._patience.seconds) from None

    async def _read(self, receive: Receive) -> bytes:
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            body: bytes = message.get("body", b"")
            if len(body) > self._most:
                raise _too_large(self._most, len(body))
            return body
        chunks = bytearray()
        async for chunk in chunks_of(message, receive, self._most):
            chunks += chunk
        return bytes(chunks)


async def chunks_of(message: Message, receive: Receive, most: int) -> AsyncGenerator[bytes, None]:
    """The body that begins with *message*, as it comes; raises Refused (413) or ClientDisconnect."""
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise _too_large(most, size)
        yield chunk
        if not message.get("more_body", False):
            return
        message = await receive()


def check_length(headers: Headers, most: int) -> None:
    """Raises Refused before anything is read, where the sender itself says that it is too much."""
    length = headers.get(b"content-length")
    if length is not None and length.isdigit() and (actual := int(length[:20])) > most:
        raise _too_large(most, actual)


def _too_large(most: int, actual: int) -> Refused:
    """*actual* is what its sender says, or what had come until it was given up."""
    return Refused(
        "BAD_USER_INPUT",
        f"The body is larger than {most:,} bytes.",
        status=413,
        extensions={"limit": most, "actual": actual},
    )


def too_slow(seconds: float) -> Refused:
    return Refused("BAD_USER_INPUT", f"The body did not arrive within {seconds:g} seconds.", status=408)
