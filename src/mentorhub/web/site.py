"""The whole of what is served: which path leads where, and what every answer has in common."""

import logging
import re
from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from mentorhub.web.answers import answer, not_found, refuse, refuse_socket
from mentorhub.web.approach import Refused
from mentorhub.web.cors import answer_lines, is_preflight, preflight_lines
from mentorhub.web.doors import request_id_of
from mentorhub.web.encoding import encoded_errors, internal_error
from mentorhub.web.headers import Headers, headers_of
from mentorhub.web.marking import Marking
from mentorhub.web.origins import Origins
from mentorhub.web.served import Observer, Served, nobody

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PAGE = re.compile(r"/([a-z.-]{0,20})(?:/.*)?", re.DOTALL)


class Site:
    """Leads *exact* paths to their applications by one look-up, all else and the lifespan to *otherwise*.

    Every answer has its request's id and the headers that keep browsers safe; an application that serves
    pages gives its own Content-Security-Policy. What escapes an application is logged, answered as INTERNAL.
    """

    def __init__(
        self,
        exact: Mapping[str, ASGIApp],
        otherwise: ASGIApp,
        *,
        origins: Origins,
        observer: Observer = nobody,
    ) -> None:
        self._exact = dict(exact)
        self._otherwise = otherwise
        self._origins = origins
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            app = self._open_socket if scope["type"] == "websocket" else self._otherwise
            await app(scope, receive, send)
            return
        served = Served("", "http", name=_page(scope["path"]))
        state = scope.setdefault("state", {})
        state["served"] = served
        try:
            await self._answer(scope, receive, Marking(send, served, state))
        finally:
            served.request_id = request_id_of(scope)
            served.ends()
            self._observer(served)

    async def _answer(self, scope: Scope, receive: Receive, send: Marking) -> None:
        try:
            headers = self._received(scope)
            send.common += answer_lines(headers, self._origins)
            send.common.append((b"x-request-id", request_id_of(scope).encode()))
            if is_preflight(scope["method"], headers):
                lines = preflight_lines(headers, self._origins)
                await send({"type": "http.response.start", "status": 204, "headers": lines})
                await send({"type": "http.response.body", "body": b""})
                return
            app = self._exact.get(scope["path"], self._otherwise)
            await app(scope, receive, send)
        except Refused as refused:
            await refuse(send, refused)
        except Exception:
            request_id = request_id_of(scope)
            log.exception("%s %s failed (request %s)", scope["method"], scope["path"], request_id)
            if send.started:
                raise
            await answer(send, 500, encoded_errors([internal_error(request_id)]))

    async def _open_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._received(scope)
            app = self._exact.get(scope["path"])
            if app is None:
                raise not_found(scope["path"])
        except Refused as refused:
            await refuse_socket(scope, receive, send, refused)
        else:
            await app(scope, receive, send)

    def _received(self, scope: Scope) -> Headers:
        """The headers; raises Refused for a request that another server on the way could read differently."""
        headers = headers_of(scope)
        if b"content-length" in headers and b"transfer-encoding" in headers:
            message = "A request has Content-Length or Transfer-Encoding, never both."
            raise Refused("BAD_USER_INPUT", message, status=400, headers={"connection": "close"})
        given = headers.get(b"x-request-id")
        if given is not None and _REQUEST_ID.fullmatch(given):
            scope.setdefault("state", {})["request_id"] = given.decode()
        return headers


def _page(path: str) -> str:
    """The first part of *path* if it can be a name of ours: what somebody made up is not worth keeping."""
    found = _PAGE.fullmatch(path)
    return found[1] if found else "other"
