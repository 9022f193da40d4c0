"""Calendar feeds at `/calendar/SECRET.ics`: whoever knows the address reads it, and whoever has it already gets 304."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from typing import Final, Protocol

from starlette.types import Receive, Scope, Send

from mentorhub.rules.refusals import NotFound, Unavailable
from mentorhub.web.answers import not_found, refuse, wrong_method
from mentorhub.web.approach import Refused
from mentorhub.web.headers import headers_of
from mentorhub.web.marking import HeaderLines

_PATH: Final = re.compile(r"/calendar/([A-Za-z0-9_-]{1,200})\.ics", re.ASCII)
_MEDIA_TYPE: Final = (b"content-type", b"text/calendar; charset=utf-8")
# Nobody else's to keep, and to be asked for again each time.
_KEPT: Final = (b"cache-control", b"private, no-cache")
_AT_ONCE: Final = 20
"""Events written between two turns of the event loop."""


class Feed(Protocol):
    @property
    def tag(self) -> str: ...

    @property
    def pieces(self) -> Iterator[bytes]: ...


Find = Callable[[str], Awaitable[Feed]]


class CalendarFeeds:
    """An ASGI application. *find* gives the feed at a secret address; it raises NotFound, Unavailable."""

    def __init__(self, find: Find) -> None:
        self._find = find

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            feed = await self._found(scope)
        except Refused as refused:
            await refuse(send, refused)
            return
        tag = f'"{feed.tag}"'.encode()
        headers: HeaderLines = [(b"etag", tag), _KEPT]
        if _is_known(tag, headers_of(scope).get(b"if-none-match")):
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": 200, "headers": [_MEDIA_TYPE, *headers]})
        if scope["method"] == "GET":
            await _write(send, feed.pieces)
        await send({"type": "http.response.body", "body": b""})

    async def _found(self, scope: Scope) -> Feed:
        if scope["method"] not in {"GET", "HEAD"}:
            raise wrong_method(scope["method"], "GET", "HEAD")
        path = _PATH.fullmatch(scope["path"])
        if path is None:
            raise not_found(scope["path"])
        try:
            return await self._find(path[1])
        except NotFound:
            raise not_found(scope["path"]) from None
        except Unavailable as away:
            raise Refused(away.code, away.message, status=503, headers={"retry-after": "5"}) from away


async def _write(send: Send, pieces: Iterator[bytes]) -> None:
    while some := b"".join(islice(pieces, _AT_ONCE)):
        await send({"type": "http.response.body", "body": some, "more_body": True})
        await asyncio.sleep(0)


def _is_known(tag: bytes, given: bytes | None) -> bool:
    """Whether *tag* is among those of an If-None-Match, which are compared weakly."""
    if given is None:
        return False
    tags = {each.strip().removeprefix(b"W/") for each in given.split(b",")}
    return tag in tags or b"*" in tags
