"""Exports, downloaded by a signed link."""

from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from mentorhub.rules.refusals import TokenInvalid, Unavailable

Lines = Callable[[str], Awaitable[AsyncIterator[bytes]]]
"""The pieces of the file that a token stands for. Raises TokenInvalid, Unavailable."""


def export_routes(lines: Lines) -> list[Route]:
    async def download(request: Request) -> Response:
        try:
            pieces = await lines(request.path_params["token"])
        except TokenInvalid:
            raise HTTPException(404, "This link is not good, or not any more.") from None
        except Unavailable as refusal:
            raise HTTPException(503, refusal.message, headers={"retry-after": "60"}) from None
        return StreamingResponse(
            pieces,
            media_type="text/csv; charset=utf-8; header=present",
            headers={
                "content-disposition": 'attachment; filename="mentorhub-bookings-v1.csv"',
                "cache-control": "no-store",
            },
        )

    return [Route("/exports/{token}", download, methods=["GET"])]
