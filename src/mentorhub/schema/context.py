"""What every resolver is given: the desk of its request, and the batches of its operation."""

from collections.abc import Awaitable, Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import strawberry

from mentorhub.execution import Batches
from mentorhub.rates import Charge
from mentorhub.resolvers.audiences import Notice, audience_of, watched
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.resolvers.following import Following
from mentorhub.resolvers.identities import Identity

P = ParamSpec("P")
T = TypeVar("T")

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered, for faults."""


@dataclass(slots=True)
class Context:
    """One operation's, or one event's of a subscription."""

    desk: Desk
    following: Following
    is_secure: bool = False
    """Whether cookies go over HTTPS only."""
    takes_cookies: bool = True
    """Whether a cookie given here reaches its browser."""
    identity: Identity | None = None
    """What the viewer has shown; None where nothing was shown, or where it is not to be looked at again."""
    after: str | None = None
    """Where a reader of events that lost its connection goes on: newer than any `after` of its variables."""
    batches: Batches = field(default_factory=Batches)
    cookies: list[str] = field(default_factory=list)
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Sent with the answer by HTTP, and by no other transport."""
    extensions: dict[str, Any] = field(default_factory=dict)
    charge: Charge | None = None
    """What this operation was charged."""
    cursor: str | None = None
    """Of the event that a subscription gave last."""
    notice: Notice | None = None

    @staticmethod
    def cookie_name(*, is_secure: bool) -> str:
        """What the session's cookie is called; `__Host-` keeps other hosts and paths from setting it."""
        return "__Host-mentorhub-session" if is_secure else "mentorhub-session"

    def fresh(self) -> Self:
        return replace(
            self, desk=self.desk.anew(), batches=Batches(), cookies=[], headers=[], extensions={}, charge=None
        )

    @property
    def viewer_key(self) -> str | None:
        """Who asks, as the log names them."""
        return self.desk.viewer.user_id if self.desk.viewer else None

    @property
    def charged(self) -> int | None:
        return self.charge.cost if self.charge else None

    @property
    def audience(self) -> Hashable:
        """What the viewer has in common with others who see the same."""
        return audience_of(self.desk.viewer)

    @property
    def is_personal(self) -> bool:
        """Whether what was executed here depends on more than the audience."""
        return self.notice is None or self.notice.is_personal

    def watched(self) -> Self:
        """As `fresh`, noticing whether anything looks at who exactly the viewer is."""
        context = self.fresh()
        context.desk, context.notice = watched(context.desk)
        return context

    async def do(
        self, action: Callable[Concatenate[Work, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self.desk.do(action, *args, **kwargs)


Info = strawberry.Info[Context, None]
