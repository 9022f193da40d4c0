"""Which browsers' pages may use the service: one list, for CORS, for cookies and for sockets."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import Scope

from mentorhub.web.approach import Approach, Refused
from mentorhub.web.headers import Headers, headers_of, text_of

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Origins:
    """The origins *allowed* (`https://client.example`), and whatever page the service's own host serves."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self.allowed = frozenset(_origin(each) for each in allowed)

    def admits(self, origin: str, scope: Scope) -> bool:
        return origin in self.allowed or _is_own(origin, scope)

    def check_socket(self, origin: str | None, scope: Scope) -> None:
        """Raises Refused (403): no preflight asks for a browser's handshake, and cookies go with it."""
        if origin is not None and not self.admits(origin, scope):
            raise Refused("FORBIDDEN", "This origin may not open a socket here.", status=403)

    def check_request(self, approach: Approach, scope: Scope) -> None:
        """Raises Refused (403) for a request by cookie from a page of an origin that is not allowed."""
        if approach.by_cookie and approach.origin is not None and not self.admits(approach.origin, scope):
            raise Refused("FORBIDDEN", "Requests by cookie are not accepted from this origin.", status=403)

    def check_mutation(self, approach: Approach) -> None:
        """Raises Refused (403) for a mutation by cookie that does not say from which page it comes."""
        if approach.by_cookie and approach.origin is None:
            message = "A mutation by cookie needs an Origin header; without one, send Authorization instead."
            raise Refused("FORBIDDEN", message, status=403)

    def check_upload(self, headers: Headers) -> None:
        """Raises Refused (403): a page of any origin may send a form, unless a header forces a preflight."""
        if _PREFLIGHT.isdisjoint(headers):
            names = "Apollo-Require-Preflight, GraphQL-Require-Preflight or X-Requested-With"
            raise Refused("FORBIDDEN", f"An upload needs one of the headers {names}.", status=403)


_PREFLIGHT = frozenset({b"apollo-require-preflight", b"graphql-require-preflight", b"x-requested-with"})


def _is_own(origin: str, scope: Scope) -> bool:
    """By the host alone where TLS may end before us: a proxy's scheme is not ours."""
    host = text_of(headers_of(scope), b"host")
    scheme, separator, authority = origin.partition("://")
    if not separator or host is None or scheme not in _DEFAULT_PORTS:
        return False
    if scope["scheme"] in {"https", "wss"} and scheme != "https":
        return False
    return authority.lower() == host.lower()


def _origin(text: str) -> str:
    """Raises ValueError for what is no origin: a wildcard above all, which cookies would be sent from."""
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if (
        parts.scheme not in _DEFAULT_PORTS
        or not parts.hostname
        or parts.path
        or parts.query
        or parts.username
    ):
        raise ValueError(
            f"{text!r} is not an origin such as https://client.example or http://localhost:3000."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    suffix = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{host}{suffix}"
