"""The sandbox: `PUT /sandbox/clock` moves the service's clock, `POST /sandbox/jobs` does what is due by it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

MoveClock = Callable[[datetime], Awaitable[datetime]]
"""Sets the clock, and tells what it shows; raises ValueError, with a sentence, for an instant it cannot show."""

_LONGEST_BODY: Final = 1024
_HEADERS: Final = {"Cache-Control": "no-store"}


def sandbox_routes(*, move_clock: MoveClock, run_jobs: Callable[[], Awaitable[None]]) -> list[BaseRoute]:
    """Neither asks who comes: the sandbox is for a machine of one's own."""

    async def clock(request: Request) -> Response:
        try:
            now = await move_clock(_instant(await _body(request)))
        except ValueError as error:
            return _refused(str(error))
        return _answer({"now": now.isoformat().replace("+00:00", "Z")})

    async def jobs(request: Request) -> Response:
        await run_jobs()
        return _answer({"done": True})

    return [
        Route("/sandbox/clock", clock, methods=["PUT"]),
        Route("/sandbox/jobs", jobs, methods=["POST"]),
    ]


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_BODY:
            raise ValueError("The body is too long.")
    return body


def _instant(body: bytes) -> datetime:
    """Raises ValueError for what is not {"now": an RFC 3339 instant with an offset}."""
    sentence = 'Send {"now": "2026-03-08T14:00:00Z"}, with an offset.'
    try:
        given = orjson.loads(body)
        instant = datetime.fromisoformat(given["now"])
    except (ValueError, TypeError, KeyError):
        raise ValueError(sentence) from None
    if instant.tzinfo is None:
        raise ValueError(sentence)
    return instant


def _answer(value: dict[str, Any]) -> Response:
    return Response(orjson.dumps(value), media_type="application/json", headers=_HEADERS)


def _refused(message: str) -> Response:
    errors = [{"message": message, "extensions": {"code": "BAD_USER_INPUT"}}]
    return Response(orjson.dumps({"errors": errors}), 400, media_type="application/json", headers=_HEADERS)
