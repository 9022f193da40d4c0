"""Answers as ASGI messages: one body, its length known, JSON whatever went wrong."""

import asyncio
from collections.abc import Iterable

from starlette.types import Message, Receive, Scope, Send

from mentorhub.web.approach import Refused
from mentorhub.web.encoding import encoded_errors
from mentorhub.web.marking import HeaderLines, Marking
from mentorhub.web.negotiation import JSON

_LINGER_BYTES = 16 * 1024 * 1024


class Gone(Exception):  # noqa: N818  # not a fault
    """Whoever was to hear this has left."""


async def transmit(send: Send, message: Message) -> None:
    """Raises Gone, so that a peer which left cannot be taken for a fault of what stands behind us."""
    try:
        await send(message)
    except TimeoutError:
        raise
    except OSError:
        raise Gone from None


async def answer(
    send: Send,
    status: int,
    body: bytes,
    media_type: bytes = JSON,
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    lines = _described(body, media_type, headers)
    if not (isinstance(send, Marking) and send.whole(status, lines, body)):
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, refused: Refused, media_type: bytes = JSON) -> None:
    await answer(send, refused.status, encoded_errors([refused.formatted]), media_type, _lines(refused))


async def refuse_unread(
    receive: Receive, send: Send, refused: Refused, media_type: bytes = JSON, *, seconds: float
) -> None:
    """Refuses a request whose body was not read to its end, and closes the connection.

    The answer is sent whole at once; then what still comes is thrown away, for *seconds* at most: to close on
    a sender in the middle of its body would destroy the answer on its way.
    """
    body = encoded_errors([refused.formatted])
    lines = _described(body, media_type, [*_lines(refused), (b"connection", b"close")])
    await send({"type": "http.response.start", "status": refused.status, "headers": lines})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    thrown = 0
    try:
        async with asyncio.timeout(seconds):
            while thrown < _LINGER_BYTES:
                message = await receive()
                thrown += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    break
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b""})


async def refuse_socket(scope: Scope, receive: Receive, send: Send, refused: Refused) -> None:
    """Refuses a handshake with a status and a body where the server can; else it answers 403 by itself."""
    await receive()
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    body = encoded_errors([refused.formatted])
    lines = _described(body, JSON, _lines(refused))
    await send({"type": "websocket.http.response.start", "status": refused.status, "headers": lines})
    await send({"type": "websocket.http.response.body", "body": body})


def not_found(path: str) -> Refused:
    return Refused("NOT_FOUND", f"There is nothing at {path[:200]}.", status=404)


def wrong_method(method: str, *allowed: str) -> Refused:
    message = f"{method[:20]} is not among the methods here: {', '.join(allowed)}."
    return Refused("BAD_USER_INPUT", message, status=405, headers={"allow": ", ".join(allowed)})


def _described(body: bytes, media_type: bytes, headers: Iterable[tuple[bytes, bytes]]) -> HeaderLines:
    return [(b"content-type", media_type), (b"content-length", b"%d" % len(body)), *headers]


def _lines(refused: Refused) -> HeaderLines:
    given = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in refused.headers.items()]
    return [*given, (b"cache-control", b"no-store")]
