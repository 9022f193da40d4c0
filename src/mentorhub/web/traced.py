"""Requests as spans, each going on with the trace of whoever sent it."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from mentorhub.tracing import Tracer
from mentorhub.web.headers import headers_of
from mentorhub.web.journal import is_watchdog
from mentorhub.web.served import served_of

_OF_TRACES: Final = ("traceparent", "tracestate")


class Traced:
    """In front of everything. Sockets last: their operations are spans, they are not."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_watchdog(scope["path"].strip("/")):
            await self._app(scope, receive, send)
            return
        given = headers_of(scope)
        traces = {
            name: given[raw].decode("latin-1") for name in _OF_TRACES if (raw := name.encode()) in given
        }
        with self._tracer.request(scope["method"][:20], traces) as span:
            span.set_attribute("http.request.method", scope["method"][:20])
            try:
                await self._app(scope, receive, send)
            finally:
                served = served_of(scope)
                if served is not None:
                    span.update_name(f"{scope['method'][:20]} {served.kind} {served.name or ''}".rstrip())
                    span.set_attribute("http.response.status_code", served.status)
                    span.set_attribute("mentorhub.request_id", served.request_id)
                    if served.cost is not None:
                        span.set_attribute("mentorhub.cost", served.cost)
                    if served.viewer is not None:
                        span.set_attribute("enduser.id", served.viewer)
                    if served.status >= 500:
                        self._tracer.fail(span, served.code or str(served.status))
