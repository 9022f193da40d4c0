"""Request headers, read once: a dict of lower-case names, strict about those that may stand only once."""

from starlette.types import Scope

from mentorhub.web.approach import Refused

Headers = dict[bytes, bytes]

_KEY = "mentorhub.headers"
_FOLDED = {b"cookie": b"; "}
_SINGLE = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"host",
        b"last-event-id",
        b"origin",
        b"transfer-encoding",
        b"x-request-id",
    }
)


def headers_of(scope: Scope) -> Headers:
    """The request's headers; raises Refused (400) where one that decides something is given twice."""
    kept: Headers | None = scope.get(_KEY)
    if kept is None:
        lines = scope["headers"]
        kept = dict(lines)
        if len(kept) != len(lines):
            kept = _folded(lines)
        scope[_KEY] = kept
    return kept


def _folded(lines: list[tuple[bytes, bytes]]) -> Headers:
    headers: Headers = {}
    for name, value in lines:
        if name not in headers:
            headers[name] = value
        elif name in _SINGLE:
            raise Refused(
                "BAD_USER_INPUT", f"The header {name.decode('latin-1')} is given twice.", status=400
            )
        else:
            headers[name] += _FOLDED.get(name, b", ") + value
    return headers


def text_of(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


def cookie_of(headers: Headers, name: bytes) -> str | None:
    """The value of the first cookie *name*; browsers send the most specific one first."""
    cookies = headers.get(b"cookie")
    if cookies is None:
        return None
    for pair in cookies.split(b";"):
        key, _, value = pair.strip().partition(b"=")
        if key == name:
            return value.strip(b'"').decode("latin-1")
    return None
