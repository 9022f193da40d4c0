"""Stored photos at `/media/…`: what was stored, under its very name, and nothing else."""

import re
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.types import Receive, Scope, Send

from mentorhub.rules.photos import MEDIA_TYPE
from mentorhub.rules.refusals import Unavailable
from mentorhub.web.answers import answer, not_found, refuse, wrong_method
from mentorhub.web.approach import Refused
from mentorhub.web.marking import HeaderLines

_NAME: Final = re.compile(r"/media/([0-9a-f]{32}-[0-9]{2,4}\.jpg)", re.ASCII)
_HEADERS: Final[HeaderLines] = [
    # A name stands for one picture for ever: a new photo has a new name.
    (b"cache-control", b"public, max-age=31536000, immutable"),
    (b"content-disposition", b"inline"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]

Find = Callable[[str], Awaitable[bytes | None]]


class MediaFiles:
    """An ASGI application. *find* gives the content of a stored file by its name."""

    def __init__(self, find: Find) -> None:
        self._find = find

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            content = await self._found(scope)
        except Refused as refused:
            await refuse(send, refused)
        else:
            await answer(send, 200, content, MEDIA_TYPE.encode(), _HEADERS)

    async def _found(self, scope: Scope) -> bytes:
        if scope["method"] not in {"GET", "HEAD"}:
            raise wrong_method(scope["method"], "GET", "HEAD")
        name = _NAME.fullmatch(scope["path"])
        try:
            content = await self._find(name[1]) if name else None
        except Unavailable as away:
            raise Refused(away.code, away.message, status=503, headers={"retry-after": "5"}) from away
        if content is None:
            raise not_found(scope["path"])
        return content
