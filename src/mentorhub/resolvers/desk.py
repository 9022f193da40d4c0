"""Where a request is worked on: who asks, when, and through which doors.

A use case takes the desk if it reads, or leads several steps; it takes `work`, an open transaction, if it changes
something: `await desk.do(bookings.confirm, booking_id=...)`. What it tells is stored in the same transaction. What many
want at the same time can share one: `await desk.do_together(placing.place, ask)`.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from mentorhub.db import facts, figures
from mentorhub.db.clock import Clock
from mentorhub.db.database import Database, Reader, Transaction
from mentorhub.db.expertise import ExpertiseNames
from mentorhub.db.facts import FactRow, Telling
from mentorhub.db.known_slots import KnownSlots
from mentorhub.mail import Mail
from mentorhub.media import Media, Pictures
from mentorhub.passwords import Passwords
from mentorhub.rates import Rates
from mentorhub.receivers import Receivers
from mentorhub.resolvers.chimes import Chimes
from mentorhub.resolvers.group_commit import GroupCommit
from mentorhub.resolvers.identities import Identities
from mentorhub.resolvers.kept import Kept
from mentorhub.resolvers.traffic import Traffic
from mentorhub.resolvers.viewers import Origin, Viewer
from mentorhub.rules.facts import Fact
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import WebhookTopic
from mentorhub.settings import Settings

__all__ = ["Bell", "Desk", "Doors", "Origin", "Viewer", "Work"]

A = TypeVar("A")
P = ParamSpec("P")
T = TypeVar("T")


class Bell(Protocol):
    def ring(self) -> None:
        """Says that the log has grown, to whoever reads it."""


class Bodies(Protocol):
    async def body(self, desk: "Desk", topic: WebhookTopic, row: FactRow) -> bytes | None:
        """What a webhook says of *row*, as the viewer of *desk* sees it now; None where they may not."""
        ...


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything outside that a use case may need."""

    database: Database
    clock: Clock
    settings: Settings
    passwords: Passwords
    mail: Mail
    media: Media
    pictures: Pictures
    bell: Bell
    rates: Rates
    receivers: Receivers
    bodies: Bodies
    secret: bytes
    """Signs what leaves and must come back unchanged."""
    exporting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """Room for exports: each holds a connection for as long as its reader takes."""
    traffic: Traffic = field(default_factory=Traffic)
    analytics: Kept = field(default_factory=lambda: Kept(timedelta(minutes=1)))
    chimes: Chimes = field(default_factory=Chimes)
    groups: dict[Any, GroupCommit[Any, Any]] = field(default_factory=dict)
    """By what is done in groups; see `Desk.do_together`."""
    identities: Identities = field(default_factory=Identities)
    expertise_names: ExpertiseNames = field(default_factory=ExpertiseNames)
    known_slots: KnownSlots = field(default_factory=KnownSlots)


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
    known_anew: set[Key | None] = field(default_factory=set)

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

    def know_anew(self, user_id: Key | None) -> None:
        """Has whoever shows a credential of a user looked up again, once this is committed: what they are, or whether
        they may come in at all, has changed. None stands for everybody.
        """
        self.known_anew.add(user_id)


Together = Callable[[Sequence[Work], Sequence[A]], Awaitable[Sequence[T | Exception]]]
"""A use case for several who ask at the same time: see `Desk.do_together`."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One request's view of the house. *now* is one instant for all of it."""

    doors: Doors
    viewer: Viewer | None
    now: datetime
    origin: Origin = field(default_factory=Origin)

    @property
    def reader(self) -> Reader:
        return self.doors.database.reader

    @property
    def settings(self) -> Settings:
        return self.doors.settings

    def anew(self) -> "Desk":
        """The same, now: for what goes on for long."""
        return replace(self, now=self.doors.clock.now())

    async def do(
        self, action: Callable[Concatenate[Work, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Runs *action* in one transaction, stores what it tells, commits, and rings the bell.

        *action* may run again after a deadlock, from the start.
        """

        async def act(works: Sequence[Work]) -> T:
            [work] = works
            return await action(work, *args, **kwargs)

        return await _committed([self], act)

    async def do_together(self, action: Together[A, T], asked: A) -> T:
        """As `do`, in one transaction with what others have asked of *action* at the same time.

        *action* is given a `Work` for each, and what each asked; it answers what became of each, in order, where an
        exception is raised for whoever asked. What it raises itself undoes all, and all have another turn, by halves.
        It may run again, from the start, and is given the same: it must change nothing of what was asked.
        """
        group = self.doors.groups.get(action)
        if group is None:

            async def commit(
                asking: Sequence[tuple[Desk, A]], check: Callable[[], None]
            ) -> Sequence[T | Exception]:
                async def act(works: Sequence[Work]) -> Sequence[T | Exception]:
                    return await action(works, [asked for _, asked in asking])

                return await _committed([desk for desk, _ in asking], act, check)

            group = self.doors.groups[action] = GroupCommit(commit)
        result: T = await group.join((self, asked))
        return result


async def _committed(
    desks: Sequence[Desk],
    act: Callable[[Sequence[Work]], Awaitable[T]],
    check: Callable[[], None] = lambda: None,
) -> T:
    """What *act* answers, given a work for each of *desks*, all in one transaction and at one instant, the last.

    *check* is called when only the commit remains.
    """
    doors, now = desks[0].doors, max(desk.now for desk in desks)
    done: list[Work] = []

    async def in_transaction(transaction: Transaction) -> T:
        nonlocal done
        works = [Work(transaction, desk.viewer, now, desk.settings, desk.origin) for desk in desks]
        result = await act(works)
        told = [Telling(work.told, work.origin.request_id, work.origin.address) for work in works]
        counted: Counter[str] = Counter()
        for work in works:
            counted.update(work.counted)
        await facts.write_all(transaction, told, figures.adding(counted), at=now)
        check()
        done = works
        return result

    result = await doors.database.write(in_transaction)
    for user_id in {user_id for work in done for user_id in work.known_anew}:
        doors.identities.forget(user_id)
    if any(work.told for work in done):
        doors.bell.ring()
    for job in {job for work in done for job in work.rung}:
        doors.chimes.ring(job)
    return result
