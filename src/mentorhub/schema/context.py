"""What every resolver is given: the desk of its request, and the batches of its operation."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import strawberry

from mentorhub.execution import Batches
from mentorhub.live import Log
from mentorhub.resolvers.desk import Desk, Work

P = ParamSpec("P")
T = TypeVar("T")

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered, for faults."""


@dataclass(slots=True)
class Context:
    """One operation's, or one event's of a subscription."""

    desk: Desk
    log: Log
    is_secure: bool = False
    """Whether cookies go over HTTPS only."""
    after: str | None = None
    """Where a reader of events that lost its connection goes on: newer than any `after` of its variables."""
    batches: Batches = field(default_factory=Batches)
    cookies: list[str] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def cookie_name(*, is_secure: bool) -> str:
        """What the session's cookie is called; `__Host-` keeps other hosts and paths from setting it."""
        return "__Host-mentorhub-session" if is_secure else "mentorhub-session"

    def fresh(self) -> Self:
        now = self.desk.doors.clock.now()
        return replace(self, desk=replace(self.desk, now=now), batches=Batches(), cookies=[], extensions={})

    async def do(
        self, action: Callable[Concatenate[Work, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self.desk.do(action, *args, **kwargs)


Info = strawberry.Info[Context, None]
