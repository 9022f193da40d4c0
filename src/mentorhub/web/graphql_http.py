"""GraphQL over HTTP: POST with JSON or files, GET for queries; form and status of the answer by Accept.

A plain ASGI application, since every request passes here: no request object, one look at the headers.
"""

from collections.abc import Sequence
from typing import Any

from graphql import ExecutionResult
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from mentorhub.execution import Prepared, Rejected
from mentorhub.web.answers import answer, refuse, refuse_unread, wrong_method
from mentorhub.web.approach import Approach, Context, Refused
from mentorhub.web.bodies import READ_WHOLE, BodyReader
from mentorhub.web.decoding import Parameters, parameters_from_json, parameters_from_query_string
from mentorhub.web.doors import Doors
from mentorhub.web.encoding import encoded, encoded_errors, formatted
from mentorhub.web.graphql_events import EventStreams
from mentorhub.web.headers import Headers, headers_of
from mentorhub.web.marking import HeaderLines
from mentorhub.web.negotiation import GRAPHQL, JSON, Wanted, media_type, wanted
from mentorhub.web.served import Served, served_of, status_of
from mentorhub.web.uploads import read_upload

_COME_BACK = frozenset({"RATE_LIMITED", "UNAVAILABLE"})

_NO_STORE = (b"cache-control", b"no-store")
_SOON = (b"retry-after", b"2")
_VARY = (b"vary", b"Accept, Authorization, Cookie")


class GraphQLOverHTTP:
    """To be mounted at one exact path."""

    def __init__(self, doors: Doors, events: EventStreams) -> None:
        self._doors = doors
        self._events = events
        self._bodies = BodyReader(most=doors.limits.json_bytes, seconds=doors.limits.body_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        media = JSON
        unread = scope["method"] == "POST"
        form: FormData | None = None
        served = served_of(scope) or Served("", "http")
        served.kind, served.name = "unread", None
        try:
            headers = headers_of(scope)
            want = wanted(headers.get(b"accept"))
            media = want.plain or JSON
            if want.plain is None and not want.events:
                raise _nothing_acceptable()
            approach = self._doors.approach(scope, headers, "sse" if want.events else "http")
            served.transport = approach.transport
            self._doors.origins.check_request(approach, scope)
            if not unread:
                parameters = self._from_query_string(scope)
            elif _is_json(headers):
                body = await self._bodies.read(receive, headers, scope.get("state", {}).get(READ_WHOLE))
                unread = False
                parameters = parameters_from_json(body, nesting=self._doors.limits.nesting)
            else:
                self._doors.origins.check_upload(headers)
                parameters, form = await read_upload(receive, headers, self._doors.limits)
                unread = False
            await self._answer(scope, receive, send, want, approach, parameters, served)
        except Refused as refused:
            served.code = refused.code
            if unread:
                seconds = self._doors.limits.linger_seconds
                await refuse_unread(receive, send, refused, media, seconds=seconds)
            else:
                await refuse(send, refused, media)
        except ClientDisconnect:
            pass
        finally:
            if form is not None:
                await form.close()

    def _from_query_string(self, scope: Scope) -> Parameters:
        if scope["method"] != "GET":
            raise wrong_method(scope["method"], "GET", "POST")
        query_string: bytes = scope["query_string"]
        most = self._doors.limits.query_string_bytes
        if len(query_string) > most:
            raise Refused(
                "BAD_USER_INPUT",
                "The query string is too long: use POST.",
                status=414,
                extensions={"limit": most, "actual": len(query_string)},
            )
        return parameters_from_query_string(query_string, nesting=self._doors.limits.nesting)

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        want: Wanted,
        approach: Approach,
        parameters: Parameters,
        served: Served,
    ) -> None:
        engine = self._doors.engine
        context = await self._doors.contexts(approach)
        try:
            prepared = self._doors.prepare(parameters, context)
            served.reads(prepared)
            self._check(prepared, scope, want, approach)
            if want.only_events or prepared.operation_type == "subscription":
                await self._events.serve(
                    receive, send, context, approach, prepared, parameters.variables, served
                )
                return
            result = await engine.execute(prepared, parameters.variables, context)
            served.errs(result.errors)
        except Rejected as rejected:
            errors = formatted(rejected.errors)
            served.errs(errors)
            if want.plain is None:
                await self._events.reject(send, errors)
                return
            status, body = _status(want.plain, errors), encoded_errors(errors, context.extensions)
            if status == 503:
                context.headers.append(_SOON)
        else:
            status, body = 200, encoded(result, context.extensions)
            if result.errors and _is_away(result):
                status = 503
                context.headers.append(_SOON)
        finally:
            served.ends(context)
        await answer(send, status, body, want.plain or JSON, _headers(scope, approach, context))

    def _check(self, prepared: Prepared, scope: Scope, want: Wanted, approach: Approach) -> None:
        kind = prepared.operation_type
        if kind == "mutation":
            if scope["method"] == "GET":
                message = "A mutation cannot be executed by GET: use POST."
                raise Refused("BAD_USER_INPUT", message, status=405, headers={"allow": "POST"})
            self._doors.origins.check_mutation(approach)
        elif kind == "subscription" and not want.events:
            message = (
                "Subscriptions are answered as text/event-stream, to be named in Accept, or over a WebSocket."
            )
            raise Refused("BAD_USER_INPUT", message, status=406)


def _is_json(headers: Headers) -> bool:
    """Whether the body is JSON or else a form; raises Refused (415) where it is neither, or in disguise."""
    given = headers.get(b"content-type", b"")
    if given == b"application/json" and b"content-encoding" not in headers:
        return True
    found = media_type(given.decode("latin-1"))
    if (
        found is None
        or found.name not in {"application/json", "multipart/form-data"}
        or found.parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}
        or headers.get(b"content-encoding", b"identity").lower() != b"identity"
    ):
        message = (
            "The body must be application/json, or multipart/form-data for files; UTF-8, not compressed."
        )
        raise Refused("BAD_USER_INPUT", message, status=415, headers={"accept-post": "application/json"})
    return found.name == "application/json"


def _nothing_acceptable() -> Refused:
    message = "Accept must allow application/graphql-response+json, application/json or text/event-stream."
    return Refused("BAD_USER_INPUT", message, status=406)


def _status(media: bytes, errors: Sequence[Any]) -> int:
    """Of `application/json` clients expect 200 for whatever was understood as a request at all, except
    where waiting helps: that is for whatever stands between us to see.
    """
    code: str = (errors[0].get("extensions") or {}).get("code", "")
    if media is not GRAPHQL and code not in _COME_BACK:
        return 200
    return status_of(code)


def _is_away(result: ExecutionResult) -> bool:
    """Whether nothing could be answered, only because something that is needed for it is away."""
    codes = {(error.extensions or {}).get("code") for error in result.errors or ()}
    return codes == {"UNAVAILABLE"} and not any((result.data or {}).values())


def _headers(scope: Scope, approach: Approach, context: Context) -> HeaderLines:
    lines: HeaderLines = [(b"set-cookie", cookie.encode("latin-1")) for cookie in context.cookies]
    is_personal = bool(lines) or approach.signed_in
    lines += context.headers
    if is_personal:
        lines.append(_NO_STORE)
    elif scope["method"] == "GET":
        lines.append(_VARY)
    return lines
