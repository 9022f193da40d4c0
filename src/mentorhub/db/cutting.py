"""The rows of mentors' slots, as rebuilding reads and writes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, insert, or_, select, update

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import LIMITED, Statement, change
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import Instant, KeyColumn
from mentorhub.rules.instants import ALWAYS, NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.rebuilding import Changes, Wanted
from mentorhub.rules.slots import LONGEST_SLOT, MOST_BUFFER, SessionRules
from mentorhub.rules.vocabulary import ACTIVE, BookingStatus, SlotStatus


class MentorCut(NamedTuple):
    """What of a mentor decides about slots, and how far they have been cut."""

    id: Key
    is_public: bool
    accepting_requests: bool
    timezone: str
    session_minutes: int | None
    buffer_minutes: int
    minimum_notice_hours: int
    horizon_days: int
    cut_until: datetime | None
    cut_again_at: datetime | None

    @property
    def is_offering(self) -> bool:
        return self.is_public and self.accepting_requests

    @property
    def rules(self) -> SessionRules:
        return SessionRules(
            self.session_minutes, self.buffer_minutes, self.minimum_notice_hours, self.horizon_days
        )


class StandingRow(NamedTuple):
    id: Key
    mentor_id: Key
    starts_at: datetime
    ends_at: datetime
    status: SlotStatus
    offered_from: datetime
    offered_until: datetime
    terms: int


class HolderRow(NamedTuple):
    """An active booking, as it is stored."""

    mentor_id: Key
    starts_at: datetime
    ends_at: datetime
    status: BookingStatus
    respond_by: datetime


class _Due(NamedTuple):
    id: Key


_MENTORS: Final = "mentors"
_SINCE: Final = bindparam("since", type_=Instant())
_EARLIEST: Final = bindparam("earliest", type_=Instant())

_CUTS = Statement(
    select(*(mentors.c[name] for name in MentorCut._fields)).where(among(mentors.c.id, _MENTORS)), MentorCut
)
_STANDING = Statement(
    select(*(slots.c[name] for name in StandingRow._fields))
    .where(among(slots.c.mentor_id, _MENTORS), slots.c.starts_at > _EARLIEST, slots.c.ends_at > _SINCE)
    .order_by(slots.c.mentor_id, slots.c.starts_at),
    StandingRow,
)
_HOLDERS = Statement(
    select(*(bookings.c[name] for name in HolderRow._fields))
    .where(among(bookings.c.mentor_id, _MENTORS), bookings.c.status.in_(ACTIVE))
    .where(bookings.c.starts_at > _EARLIEST, bookings.c.ends_at > _SINCE)
    .where(bookings.c.starts_at < bindparam("until", type_=Instant())),
    HolderRow,
)
_CLOSE = change(update(slots).where(among(slots.c.id, "keys")).values(status=SlotStatus.CLOSED))
_CHANGED: Final = ("status", "offered_from", "offered_until", "terms")
_CHANGE = change(
    update(slots)
    .where(slots.c.id == bindparam("key", type_=KeyColumn()))
    .values({name: bindparam(f"new_{name}", type_=slots.c[name].type) for name in _CHANGED})
)
_OPEN = change(insert(slots), parameters=["id", "mentor_id", *Wanted._fields])
_SET_CUT = change(
    update(mentors)
    .where(mentors.c.id == bindparam("key", type_=KeyColumn()))
    .values(
        cut_until=bindparam("until", type_=Instant()), cut_again_at=bindparam("again_at", type_=Instant())
    )
)
_DUE = Statement(
    select(mentors.c.id)
    .where(
        or_(mentors.c.cut_again_at <= now(), mentors.c.cut_again_at > bindparam("gone_back", type_=Instant()))
    )
    .order_by(mentors.c.cut_again_at)
    .limit(LIMITED),
    _Due,
)
_STALE = Statement(
    select(mentors.c.id)
    .where(mentors.c.next_slot_until <= now())
    .order_by(mentors.c.next_slot_until)
    .limit(LIMITED),
    _Due,
)


async def cuts(reader: Reader, mentors_: Sequence[Key]) -> list[MentorCut]:
    return await reader.all(_CUTS, mentors=list(mentors_))


async def standing(reader: Reader, mentors_: Sequence[Key], *, since: datetime) -> list[StandingRow]:
    """The rows of *mentors_* that end after *since*, closed ones too."""
    return await reader.all(_STANDING, mentors=list(mentors_), since=since, earliest=since - LONGEST_SLOT)


async def holders(
    reader: Reader, mentors_: Sequence[Key], *, since: datetime, until: datetime = NEVER
) -> list[HolderRow]:
    """The active bookings of *mentors_* that last at some time between the two, or are a buffer away."""
    since, until = max(since, ALWAYS) - MOST_BUFFER, min(until, NEVER) + MOST_BUFFER
    return await reader.all(
        _HOLDERS, mentors=list(mentors_), since=since, earliest=since - LONGEST_SLOT, until=until
    )


async def apply(transaction: Transaction, found: Sequence[tuple[Key, Changes]]) -> None:
    """Writes what rebuilding *found* for each of some mentors."""
    closed = [key for _, changes in found for key in changes.closed]
    if closed:
        # First: what opens may overlap what closes.
        await transaction.run(_CLOSE, keys=closed)
    changed = [pair for _, changes in found for pair in changes.changed]
    if changed:
        await transaction.many(
            _CHANGE,
            [{"key": key} | {f"new_{name}": getattr(row, name) for name in _CHANGED} for key, row in changed],
        )
    opened: list[dict[str, Any]] = [
        {"id": new_key(), "mentor_id": mentor_id, **row._asdict()}
        for mentor_id, changes in found
        for row in changes.opened
    ]
    if opened:
        await transaction.many(_OPEN, opened)


async def set_cuts(transaction: Transaction, cuts: Sequence[tuple[Key, datetime, datetime | None]]) -> None:
    """Keeps, for each mentor, up to where the availability has been cut, and when to cut more."""
    await transaction.many(
        _SET_CUT, [{"key": key, "until": until, "again_at": again_at} for key, until, again_at in cuts]
    )


async def due(reader: Reader, *, now: datetime, gone_back: datetime, limit: int) -> list[Key]:
    """Mentors whose availability is to be cut further; or anew, where it was to be after *gone_back*."""
    return [row.id for row in await reader.all(_DUE, now=now, gone_back=gone_back, limit=limit)]


async def stale(reader: Reader, *, now: datetime, limit: int) -> list[Key]:
    """Mentors whose next slot may be another one by *now*."""
    return [row.id for row in await reader.all(_STALE, now=now, limit=limit)]
