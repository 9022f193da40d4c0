"""Cross-origin reading by pages of allowed origins: what browsers are told before and with an answer."""

from mentorhub.web.approach import Refused
from mentorhub.web.headers import Headers
from mentorhub.web.marking import HeaderLines
from mentorhub.web.origins import Origins

_VARY = (b"vary", b"Origin")
_WITH_ANSWERS = [
    _VARY,
    (b"access-control-allow-credentials", b"true"),
    (b"access-control-expose-headers", b"X-Request-Id, Retry-After, RateLimit, RateLimit-Policy"),
]
_WITH_PREFLIGHTS = [
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-max-age", b"7200"),
]


def is_preflight(method: str, headers: Headers) -> bool:
    return method == "OPTIONS" and b"origin" in headers and b"access-control-request-method" in headers


def preflight_lines(headers: Headers, origins: Origins) -> HeaderLines:
    """What is said besides; raises Refused (403) for an origin that is not allowed."""
    if headers[b"origin"].decode("latin-1") not in origins.allowed:
        raise Refused("FORBIDDEN", "This origin is not allowed.", status=403)
    lines = [*_WITH_PREFLIGHTS]
    if wanted := headers.get(b"access-control-request-headers"):
        lines.append((b"access-control-allow-headers", wanted))
    return lines


def answer_lines(headers: Headers, origins: Origins) -> HeaderLines:
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1") in origins.allowed:
        return [(b"access-control-allow-origin", origin), *_WITH_ANSWERS]
    return [_VARY] if origins.allowed else []
