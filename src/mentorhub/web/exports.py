"""Exports, downloaded by a signed link."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from mentorhub.rules.refusals import TokenInvalid, Unavailable
from mentorhub.web.limits import Limits
from mentorhub.web.server import cut_off

Pieces = AsyncGenerator[bytes, None]
Lines = Callable[[str], Awaitable[Pieces]]
"""The pieces of the file that a token stands for. Raises TokenInvalid, Unavailable."""

_HEADERS: Final = {
    "content-disposition": 'attachment; filename="mentorhub-bookings-v1.csv"',
    "cache-control": "no-store",
}
_log: Final = logging.getLogger(__name__)


def export_routes(lines: Lines, limits: Limits) -> list[Route]:
    async def download(request: Request) -> Response:
        try:
            pieces = await lines(request.path_params["token"])
        except TokenInvalid:
            raise HTTPException(404, "This link is not good, or not any more.") from None
        except Unavailable as refusal:
            raise HTTPException(503, refusal.message, headers={"retry-after": "60"}) from None
        return _Download(pieces, limits)

    return [Route("/exports/{token}", download, methods=["GET"])]


class _Download(StreamingResponse):
    """Sends each piece when the one before it was taken; a reader who takes too long is cut off.

    Who is cut off sees that the file is not whole, since its last chunk is missing.
    """

    def __init__(self, pieces: Pieces, limits: Limits) -> None:
        super().__init__(pieces, headers=_HEADERS, media_type="text/csv; charset=utf-8; header=present")
        self._pieces = pieces
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send(send), name="an export")
        leaving = asyncio.create_task(_until_gone(receive), name="reader of an export")
        tasks = (sending, leaving)
        try:
            done, _ = await asyncio.wait(
                tasks, timeout=self._limits.export_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        error = sending.exception() if sending in done else None
        if isinstance(error, TimeoutError) or not done:
            _log.info("A reader of an export was too slow and was cut off")
            cut_off(scope)
            await _until_gone(receive)
        elif error is not None:
            raise error

    async def _send(self, send: Send) -> None:
        """Raises TimeoutError where a piece is not taken in time."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self._limits.stall_seconds):
                await send(message)

        async with aclosing(self._pieces):
            await self.stream_response(send_in_time)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
