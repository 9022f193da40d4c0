"""What all GraphQL transports share: the engine behind them, who may come in, and how much of it."""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from itertools import count
from secrets import token_hex
from typing import Any

from graphql import ExecutionResult
from starlette.types import Scope

from mentorhub.execution import Engine, Prepared, Rejected
from mentorhub.web.approach import (
    Approach,
    Context,
    Contexts,
    Courtesy,
    Everybody,
    Refused,
    StillAllowed,
    Transport,
)
from mentorhub.web.decoding import Parameters
from mentorhub.web.headers import Headers, cookie_of, text_of
from mentorhub.web.limits import Limits
from mentorhub.web.origins import Origins
from mentorhub.web.served import Observer, nobody
from mentorhub.web.watch import Watch

_PROCESS = token_hex(4)
_requests = count(1)


class Doors:
    """*still_allowed* is asked of every listener, of sockets and event streams, once in `recheck_seconds`."""

    def __init__(
        self,
        engine: Engine,
        contexts: Contexts,
        still_allowed: StillAllowed,
        *,
        courtesy: Courtesy | None = None,
        observer: Observer = nobody,
        origins: Origins | None = None,
        limits: Limits | None = None,
        session_cookie: str = "session",
    ) -> None:
        self.engine = engine
        self.contexts = contexts
        self.origins = origins or Origins()
        self.observer = observer
        self._courtesy = courtesy or Everybody()
        self.limits = limits or Limits()
        self.watch = Watch(still_allowed, every=self.limits.recheck_seconds)
        self.seats = Seats(self.limits.streams_per_address)
        self._cookie = session_cookie.encode()

    def approach(self, scope: Scope, headers: Headers, transport: Transport) -> Approach:
        client = scope.get("client")
        return Approach(
            transport=transport,
            request_id=request_id_of(scope),
            authorization=text_of(headers, b"authorization"),
            session=cookie_of(headers, self._cookie),
            origin=text_of(headers, b"origin"),
            address=client[0] if client else None,
            user_agent=text_of(headers, b"user-agent"),
            last_event_id=text_of(headers, b"last-event-id"),
        )

    def prepare(self, parameters: Parameters, context: Context) -> Prepared:
        """The operation asked for; raises Rejected, or Refused for whoever has asked for too much already."""
        self._courtesy.check(context)
        try:
            return self.engine.prepare(parameters.query, parameters.operation_name)
        except Rejected:
            self._courtesy.misread(context)
            raise

    async def results(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: Context
    ) -> AsyncGenerator[ExecutionResult, None]:
        """The results of an operation of any type; raises Rejected before the first."""
        if prepared.operation_type == "subscription":
            async with aclosing(await self.engine.subscribe(prepared, variables, context)) as results:
                async for result in results:
                    yield result
        else:
            yield await self.engine.execute(prepared, variables, context)


def request_id_of(scope: Scope) -> str:
    """The id under which this request is answered and logged, made when it is first asked for."""
    state = scope.setdefault("state", {})
    known: str | None = state.get("request_id")
    if known is None:
        known = state["request_id"] = f"{_PROCESS}-{next(_requests):x}"
    return known


class Seats:
    """How many listeners each address has, so that one cannot take all the room."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken: Counter[str | None] = Counter()

    def free(self, address: str | None) -> int:
        return self.most - self._taken[address]

    def take(self, address: str | None) -> None:
        """Raises Refused (429) where the address has all it may have."""
        if self.free(address) <= 0:
            message = f"This address has {self.most} open streams, which is all it may have."
            raise Refused(
                "RATE_LIMITED",
                message,
                status=429,
                headers={"retry-after": "30"},
                extensions={"limit": self.most, "actual": self._taken[address] + 1, "retryAfterSeconds": 30},
            )
        self._taken[address] += 1

    def leave(self, address: str | None) -> None:
        self._taken[address] -= 1
        if not self._taken[address]:
            del self._taken[address]
