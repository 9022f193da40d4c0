"""Rebuilding: what becomes of a mentor's rows of slots when what should be offered has changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from mentorhub.rules.intervals import Spanning
from mentorhub.rules.keys import Key
from mentorhub.rules.listing import Pending, offered_while, terms
from mentorhub.rules.slots import SessionRules
from mentorhub.rules.vocabulary import SlotStatus

_AHEAD: Final = timedelta(hours=48)
_AGAIN: Final = timedelta(hours=24)
_SPREAD: Final = timedelta(hours=6)


class Wanted(NamedTuple):
    """How the row of a slot should be that the availability holds."""

    starts_at: datetime
    ends_at: datetime
    status: SlotStatus
    offered_from: datetime
    offered_until: datetime
    terms: int


class Row(Spanning, Protocol):
    """The row of a slot as it is, closed or not."""

    @property
    def id(self) -> Key: ...

    @property
    def status(self) -> SlotStatus: ...

    @property
    def offered_from(self) -> datetime: ...

    @property
    def offered_until(self) -> datetime: ...

    @property
    def terms(self) -> int: ...


class Changes(NamedTuple):
    """Rows to close, rows that should be otherwise than they are, and slots that have no row yet.

    No two rows overlap that are not closed, at any step, if this is their order.
    """

    closed: list[Key]
    changed: list[tuple[Key, Wanted]]
    opened: list[Wanted]


def wanted(
    slots: Sequence[Spanning], rules: SessionRules, *, pending: Iterable[Pending], booked: Iterable[Spanning]
) -> list[Wanted]:
    """How the rows of *slots* should be, of an approved mentor who accepts requests.

    *slots* are sorted and do not overlap; *pending* and *booked* are the mentor's active bookings in and near them.
    """
    pending, booked = list(pending), list(booked)
    holders = {(request.starts_at, request.ends_at): SlotStatus.HELD for request in pending}
    holders |= {(session.starts_at, session.ends_at): SlotStatus.BOOKED for session in booked}
    offered = offered_while(slots, rules, pending=pending, booked=booked)
    same_terms = terms(rules)
    return [
        Wanted(
            slot.starts_at,
            slot.ends_at,
            holders.get((slot.starts_at, slot.ends_at), SlotStatus.OPEN),
            *while_,
            same_terms,
        )
        for slot, while_ in zip(slots, offered, strict=True)
    ]


def changes(rows: Iterable[Row], wanted: Iterable[Wanted]) -> Changes:
    """How to come from the *rows* that end after now to the *wanted* ones.

    A slot whose interval had a row before, even a closed one, keeps its key. What is not wanted is closed, taken
    or not: a booking stands without its slot, and what overlaps it is offered once the booking is no more.
    """
    left = {(row.starts_at, row.ends_at): row for row in rows}
    changed: list[tuple[Key, Wanted]] = []
    opened: list[Wanted] = []
    for each in wanted:
        row = left.pop((each.starts_at, each.ends_at), None)
        if row is None:
            opened.append(each)
        elif each != (*each[:2], row.status, row.offered_from, row.offered_until, row.terms):
            changed.append((row.id, each))
    closed = [row.id for row in left.values() if row.status is not SlotStatus.CLOSED]
    return Changes(closed, changed, opened)


def cut_until(now: datetime, rules: SessionRules) -> datetime:
    """Before when slots start that are cut *now*: some days beyond the horizon, which goes on."""
    return now + rules.horizon + _AHEAD


def cut_again_at(now: datetime, mentor_id: Key) -> datetime:
    """When to cut again what is cut *now*, long before the horizon reaches its end; not all mentors' at once."""
    return now + _AGAIN - _SPREAD * (int(mentor_id[-4:], 16) / 0x10000)


def latest_cut_again_at(now: datetime) -> datetime:
    """What is to be cut again even later was cut by a clock that has gone back since."""
    return now + _AGAIN
