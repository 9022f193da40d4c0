"""Who comes to the door, and with what: all that a transport knows before anybody is authenticated."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, NamedTuple, Protocol

from mentorhub.execution import OperationContext

Transport = Literal["http", "websocket", "sse"]


class Approach(NamedTuple):
    """`authorization` is the whole header value, `session` the session cookie's value.

    `transport` is "sse" for whoever takes event streams. `last_event_id` is the cursor after which a reader
    of events that lost its connection goes on; it is newer than any `after` in the variables, which its
    browser repeats unchanged.
    """

    transport: Transport
    request_id: str
    authorization: str | None = None
    session: str | None = None
    origin: str | None = None
    address: str | None = None
    user_agent: str | None = None
    last_event_id: str | None = None

    @property
    def by_cookie(self) -> bool:
        """Whether a browser may have sent these credentials by itself."""
        return self.session is not None and self.authorization is None

    @property
    def signed_in(self) -> bool:
        """Whether credentials were shown; whether they are good is for the contexts to say."""
        return self.session is not None or self.authorization is not None


class Context(OperationContext, Protocol):
    """What resolvers are given, and what they leave for the transport to send.

    Where it also has a `cursor`, readers of events get it as the id of the event that was last given to them.
    """

    cookies: list[str]
    """Whole Set-Cookie values; sent by HTTP, and by no other transport."""
    headers: list[tuple[bytes, bytes]]
    """Header fields of the answer; sent by HTTP, and by no other transport."""
    extensions: dict[str, Any]
    """Merged into the response's extensions."""

    @property
    def charged(self) -> int | None:
        """What the operation was charged when it was let in."""
        ...

    @property
    def viewer_key(self) -> str | None:
        """Who asks, as the log names them."""
        ...


Contexts = Callable[[Approach], Awaitable[Context]]
"""Authenticates; raises Refused for credentials that are bad, and for whoever asks too often."""

StillAllowed = Callable[[Any], Awaitable[bool]]
"""Whether the viewer of a context may go on listening; may raise Refused to say why not."""


class Courtesy(Protocol):
    """Who may not even be read any more."""

    def check(self, context: Any) -> None:
        """Raises Refused for whoever has asked for too much, before what they ask is looked at."""
        ...

    def misread(self, context: Any) -> None:
        """Told of each operation that could not be read: that, too, costs work."""
        ...


class Everybody:
    """Whoever comes may ask."""

    def check(self, context: Any) -> None:
        return

    def misread(self, context: Any) -> None:
        return


class Refused(Exception):  # noqa: N818  # it reads as what it is
    """A request answered with an error and no data: bad credentials, a bad body, too many of them."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 401,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers or {}
        self.extensions = extensions or {}

    @property
    def formatted(self) -> dict[str, Any]:
        return {"message": self.message, "extensions": {"code": self.code, **self.extensions}}
