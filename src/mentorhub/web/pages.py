"""The plain pages: the schema, whether the service lives and can serve, JSON for all that is not there."""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mentorhub.web.answers import answer, not_found, refuse, wrong_method
from mentorhub.web.approach import Refused
from mentorhub.web.encoding import encoded_errors
from mentorhub.web.headers import headers_of
from mentorhub.web.marking import HeaderLines
from mentorhub.web.negotiation import JSON

Checks = Callable[[], Awaitable[Mapping[str, str | None]]]
"""Whether the service can serve: for each thing it needs None, or a sentence on what is wrong with it."""

_NO_STORE: HeaderLines = [(b"cache-control", b"no-store")]


def schema_page(sdl: str) -> ASGIApp:
    """The schema's text, for tools; whoever has it already gets 304."""
    body = sdl.encode()
    tag = b'"' + sha256(body).hexdigest()[:32].encode() + b'"'
    headers: HeaderLines = [(b"etag", tag), (b"cache-control", b"public, max-age=60")]

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        if headers_of(scope).get(b"if-none-match") == tag:
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await answer(send, 200, body, b"text/plain; charset=utf-8", headers)

    return _read_only(page)


def alive_page() -> ASGIApp:
    """200 as long as the process answers at all."""

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(send, 200, b'{"status":"alive"}', JSON, _NO_STORE)

    return _read_only(page)


def ready_page(checks: Checks) -> ASGIApp:
    """200 when nothing is wrong, else 503; the body names each thing that was looked at."""

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        found = await checks()
        faults = {name: fault for name, fault in found.items() if fault is not None}
        report = {
            "status": "unavailable" if faults else "ready",
            "checks": {name: fault or "ok" for name, fault in found.items()},
        }
        await answer(send, 503 if faults else 200, orjson.dumps(report), JSON, _NO_STORE)

    return _read_only(page)


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """404 as JSON, for every path that leads to nothing; also a lifespan in which nothing happens."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await refuse(send, not_found(scope["path"]))


async def json_fault(request: Request, fault: Exception) -> Response:
    """For Starlette's `exception_handlers`, under HTTPException: the same errors there as everywhere."""
    assert isinstance(fault, HTTPException)
    code = {401: "UNAUTHENTICATED", 403: "FORBIDDEN", 404: "NOT_FOUND", 503: "UNAVAILABLE"}.get(
        fault.status_code
    )
    refused = Refused(code or "BAD_USER_INPUT", fault.detail, status=fault.status_code)
    body = encoded_errors([refused.formatted])
    return Response(body, fault.status_code, fault.headers, JSON.decode())


def _read_only(page: ASGIApp) -> ASGIApp:
    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in {"GET", "HEAD"}:
            await page(scope, receive, send)
        else:
            await refuse(send, wrong_method(scope["method"], "GET", "HEAD"))

    return guarded
