"""The whole of what is served: which path leads where, and what every answer has in common."""

import logging
import re
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mentorhub.web.answers import HeaderLines, answer, not_found, refuse, refuse_socket
from mentorhub.web.approach import Refused
from mentorhub.web.cors import answer_lines, is_preflight, preflight_lines
from mentorhub.web.doors import request_id_of
from mentorhub.web.encoding import encoded_errors, internal_error
from mentorhub.web.headers import Headers, headers_of
from mentorhub.web.origins import Origins
from mentorhub.web.served import Observer, Served, nobody

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PAGE = re.compile(r"[a-z.-]{0,20}")
_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]
_POLICY = b"content-security-policy"
_NOTHING_RUNS = (_POLICY, b"default-src 'none'; frame-ancestors 'none'")


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
        if scope["type"] == "http":
            await self._observed(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._open_socket(scope, receive, send)
        else:
            await self._otherwise(scope, receive, send)

    async def _observed(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._observer is nobody:
            await self._answer(scope, receive, send)
            return
        served = Served("", "http", name=_page(scope["path"]))
        scope.setdefault("state", {})["served"] = served

        async def send_noticing(message: Message) -> None:
            if message["type"] == "http.response.start":
                served.status = message["status"]
            await send(message)

        try:
            await self._answer(scope, receive, send_noticing)
        finally:
            served.request_id = request_id_of(scope)
            served.ends()
            self._observer(served)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        common = [*_ALWAYS]
        started = False

        async def send_with_common(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                # A copy, since applications may send the same message to everyone.
                message = {**message, "headers": _joined(message.get("headers", []), common)}
            await send(message)

        try:
            headers = self._received(scope)
            common += answer_lines(headers, self._origins)
            common.append((b"x-request-id", request_id_of(scope).encode()))
            if is_preflight(scope["method"], headers):
                lines = preflight_lines(headers, self._origins)
                await send_with_common({"type": "http.response.start", "status": 204, "headers": lines})
                await send_with_common({"type": "http.response.body", "body": b""})
                return
            app = self._exact.get(scope["path"], self._otherwise)
            await app(scope, receive, send_with_common)
        except Refused as refused:
            await refuse(send_with_common, refused)
        except Exception:
            request_id = request_id_of(scope)
            log.exception("%s %s failed (request %s)", scope["method"], scope["path"], request_id)
            if started:
                raise
            await answer(send_with_common, 500, encoded_errors([internal_error(request_id)]))

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
    name = path.split("/", 2)[1] if path.startswith("/") else ""
    return name if _PAGE.fullmatch(name) else "other"


def _joined(own: HeaderLines, common: HeaderLines) -> HeaderLines:
    given = dict(own)
    if _POLICY not in given:
        return [*own, *common, _NOTHING_RUNS]
    # A page with a policy of its own has guards of its own, and each is said once.
    return [*own, *(line for line in common if line[0] == b"vary" or line[0] not in given)]
