"""Where a request is worked on: who asks, when, and through which doors.

A use case takes the desk if it reads, or leads several steps; it takes `work`, an open transaction, if it changes
something: `await desk.do(bookings.confirm, booking_id=...)`. What it tells is stored in the same transaction.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from mentorhub.db import facts, figures
from mentorhub.db.clock import Clock
from mentorhub.db.database import Database, Reader, Transaction
from mentorhub.passwords import Passwords
from mentorhub.resolvers.chimes import Chimes
from mentorhub.resolvers.kept import Kept
from mentorhub.rules.facts import Fact
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import AccessScope, Role
from mentorhub.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. With an access token *scopes* is what it allows; with a session it is None, which allows everything."""

    user_id: Key
    role: Role
    is_verified: bool
    mentor_id: Key | None = None
    """Their mentor profile, whatever its status."""
    session_id: Key | None = None
    token_id: Key | None = None
    scopes: frozenset[AccessScope] | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the administrators' part is open: by role, and by scope where a token is shown."""
        allowed = self.scopes is None or AccessScope.ADMIN in self.scopes
        return allowed and self.role is not Role.MEMBER

    @property
    def is_superadmin(self) -> bool:
        return self.is_admin and self.role is Role.SUPERADMIN


@dataclass(frozen=True, slots=True)
class Origin:
    """From where somebody asks, for sessions, back-off and the audit log."""

    address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None


class Bell(Protocol):
    def ring(self) -> None:
        """Says that the log has grown, to whoever reads it."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything outside that a use case may need."""

    database: Database
    clock: Clock
    settings: Settings
    passwords: Passwords
    bell: Bell
    secret: bytes
    """Signs what leaves and must come back unchanged."""
    analytics: Kept = field(default_factory=lambda: Kept(timedelta(minutes=1)))
    chimes: Chimes = field(default_factory=Chimes)


@dataclass(frozen=True, slots=True)
class Work:
    """A transaction in which something is changed, and the facts it tells."""

    transaction: Transaction
    viewer: Viewer | None
    now: datetime
    settings: Settings
    origin: Origin
    told: list[Fact] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)
    rung: set[str] = field(default_factory=set)

    @property
    def reader(self) -> Reader:
        return self.transaction

    def tell(self, *happened: Fact) -> None:
        """Stores facts with this change; whoever it concerns hears of them once it is committed."""
        self.told.extend(happened)

    def count(self, changes: Mapping[str, int]) -> None:
        """Adds to the figures kept for all."""
        for name, by in changes.items():
            self.counted[name] = self.counted.get(name, 0) + by

    def ring(self, job: str) -> None:
        """Has *job* look, once this is committed, for what was written for it here."""
        self.rung.add(job)


@dataclass(frozen=True, slots=True)
class Desk:
    """One request's view of the house. *now* is one instant for all of it."""

    doors: Doors
    viewer: Viewer | None
    now: datetime
    origin: Origin = Origin()

    @property
    def reader(self) -> Reader:
        return self.doors.database.reader

    @property
    def settings(self) -> Settings:
        return self.doors.settings

    async def do(
        self, action: Callable[Concatenate[Work, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Runs *action* in one transaction, stores what it tells, commits, and rings the bell.

        *action* may run again after a deadlock, from the start.
        """
        told = False
        rung: set[str] = set()

        async def act(transaction: Transaction) -> T:
            nonlocal told, rung
            work = Work(transaction, self.viewer, self.now, self.settings, self.origin)
            result = await action(work, *args, **kwargs)
            await facts.write(
                transaction,
                work.told,
                at=self.now,
                request_id=self.origin.request_id,
                address=self.origin.address,
            )
            await figures.add(transaction, work.counted)
            told, rung = bool(work.told), work.rung
            return result

        result = await self.doors.database.write(act)
        if told:
            self.doors.bell.ring()
        for job in rung:
            self.doors.chimes.ring(job)
        return result
