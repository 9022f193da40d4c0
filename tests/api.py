"""The API without the wire: the real house, engine and database, asked directly."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher

from mentorhub.db.clock import Clock
from mentorhub.execution import Engine, Rejected
from mentorhub.house import House
from mentorhub.jobs import JOBS, Clockwork
from mentorhub.passwords import Passwords
from mentorhub.receivers import Receivers, Resolve
from mentorhub.resolvers.desk import Desk, Origin, Viewer
from mentorhub.schema import build_engine
from mentorhub.schema.context import Context
from mentorhub.settings import Settings

WEAK_HASHES = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When tests begin unless they say otherwise."""


class StandingClock(Clock):
    """A clock that stands until it is moved."""

    def __init__(self, instant: datetime = MONDAY) -> None:
        super().__init__()
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def forward(self, **by: float) -> None:
        self.instant += timedelta(**by)


@dataclass
class Answer:
    data: Any
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]

    def __getitem__(self, name: str) -> Any:
        assert not self.errors, self.errors
        return self.data[name]


@dataclass
class Api:
    house: House
    engine: Engine
    clock: StandingClock

    def context(self, viewer: Viewer | None = None, *, address: str = "192.0.2.1") -> Context:
        desk = Desk(self.house.doors, viewer, self.clock.now(), Origin(address, "tests", "request"))
        return Context(desk, self.house.following)

    async def ask(
        self, text: str, viewer: Viewer | None = None, *, address: str = "192.0.2.1", **variables: Any
    ) -> Answer:
        """Executes the one operation of *text* as *viewer*."""
        try:
            prepared = self.engine.prepare(text, None)
            result = await self.engine.execute(prepared, variables, self.context(viewer, address=address))
        except Rejected as rejected:
            return Answer(None, [dict(error.formatted) for error in rejected.errors])
        return Answer(result.data, [dict(error.formatted) for error in result.errors or ()])

    async def run_jobs(self) -> None:
        """Does what the clock would do by now, mail included."""
        await Clockwork(self.house.doors, JOBS).run_all()

    async def do(self, mutation: str, viewer: Viewer | None = None, **variables: Any) -> Mapping[str, Any]:
        """The payload of a mutation that is the only root field of *mutation*, which must not refuse."""
        answer = await self.ask(mutation, viewer, **variables)
        assert not answer.errors, answer.errors
        [payload] = answer.data.values()
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload  # type: ignore[no-any-return]  # a payload

    async def refused(self, mutation: str, viewer: Viewer | None = None, **variables: Any) -> list[str]:
        """The codes with which a mutation refuses, in userErrors or at the top."""
        answer = await self.ask(mutation, viewer, **variables)
        if answer.errors:
            return answer.codes
        [payload] = answer.data.values()
        return [error["code"] for error in payload["userErrors"]]


def named(**hosts: str) -> Resolve:
    """A resolver that knows *hosts*, whose names have underscores for dots, and the address of each."""
    known = {name.replace("_", "."): address for name, address in hosts.items()}

    async def resolve(host: str, port: int) -> list[str]:
        return [known[host]] if host in known else []

    return resolve


@cache
def engine() -> Engine:
    """One for all tests: it keeps documents and plans, and nothing of whoever asks."""
    return build_engine()


@asynccontextmanager
async def open_api(
    settings: Settings, *, at: datetime = MONDAY, receivers: Receivers | None = None
) -> AsyncIterator[Api]:
    clock = StandingClock(at)
    # No test asks anybody's name server, and a machine with much to do may be slow.
    receivers = receivers or Receivers(
        allowed=settings.webhook_allow, resolve=named(example_com="93.184.215.14"), seconds=30
    )
    async with House(settings, clock=clock, passwords=Passwords(WEAK_HASHES), receivers=receivers) as house:
        yield Api(house, engine(), clock)
