"""Offering: whether a time of a mentor can be booked and, if not, every reason why.

One predicate for the list, the request and the question. The database says the same of the rows of slots,
which come from `slots_between`: what `is_offered` says of a row now, `listing.offered_while` says in advance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import auto
from heapq import nsmallest
from operator import attrgetter
from typing import Final, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from mentorhub.rules.blocks import Block, runs_between
from mentorhub.rules.intervals import Interval, Spanning, gap, overlap
from mentorhub.rules.slots import SHORTEST, SessionRules, cut
from mentorhub.rules.vocabulary import Word

_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
_TOUCHING: Final = timedelta()


class TimeReason(Word):
    """Why a time cannot be booked, in the order clients are told."""

    OUTSIDE_AVAILABILITY = auto()
    NOT_A_SLOT_START = auto()
    TIME_OFF = auto()
    HELD = auto()
    BOOKED = auto()
    BUFFER = auto()
    MINIMUM_NOTICE = auto()
    BEYOND_HORIZON = auto()
    PAST = auto()
    MENTOR_NOT_ACCEPTING = auto()
    MENTOR_NOT_APPROVED = auto()
    VIEWER_BUSY = auto()
    OWN_SLOT = auto()
    REQUEST_LIMIT = auto()


class PendingLimits(NamedTuple):
    """How many pending requests a mentee may have, with one mentor and altogether."""

    with_mentor: int = 3
    in_all: int = 10


DEFAULT_LIMITS: Final = PendingLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What decides about a mentor's time: *held* by pending requests, *booked* by confirmed sessions.

    For a booking that is to be moved, leave out its own time.
    """

    is_approved: bool
    is_accepting: bool
    zone: ZoneInfo
    rules: SessionRules
    blocks: Sequence[Block] = ()
    time_off: Sequence[Spanning] = ()
    held: Sequence[Spanning] = ()
    booked: Sequence[Spanning] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What decides about whoever asks, as a mentee: *busy* with active bookings, the pending ones counted."""

    is_the_mentor: bool = False
    busy: Sequence[Spanning] = ()
    pending_with_mentor: int = 0
    pending_in_all: int = 0
    limits: PendingLimits = DEFAULT_LIMITS

    @property
    def is_at_limit(self) -> bool:
        """Whether one more request would be one too many."""
        return (
            self.pending_with_mentor >= self.limits.with_mentor or self.pending_in_all >= self.limits.in_all
        )


NOBODY_IN_PARTICULAR: Final = Asker()


class Verdict(NamedTuple):
    """Every reason against a time, in the enum's order; *slot*, if one starts there, bookable or not."""

    reasons: tuple[TimeReason, ...]
    slot: Interval | None

    @property
    def is_bookable(self) -> bool:
        return not self.reasons


def verdict(
    starts_at: datetime, offer: Offer, *, now: datetime, asker: Asker = NOBODY_IN_PARTICULAR
) -> Verdict:
    """Whether a session can be booked that starts at the instant *starts_at*, and why not.

    Where no slot starts, the time in question is a session's length from there on (15 minutes without one).
    """
    is_available, slot = _found_at(starts_at, offer)
    asked = slot or _session_from(starts_at, offer.rules)
    offered = window(now, offer.rules)
    against = (
        (TimeReason.OUTSIDE_AVAILABILITY, not is_available),
        (TimeReason.NOT_A_SLOT_START, is_available and slot is None),
        (TimeReason.TIME_OFF, _meets(asked, offer.time_off)),
        (TimeReason.HELD, _meets(asked, offer.held)),
        (TimeReason.BOOKED, _meets(asked, offer.booked)),
        (TimeReason.BUFFER, _crowds(asked, (*offer.held, *offer.booked), offer.rules.buffer)),
        (TimeReason.MINIMUM_NOTICE, now <= starts_at < offered.starts_at),
        (TimeReason.BEYOND_HORIZON, starts_at >= offered.ends_at),
        (TimeReason.PAST, starts_at < now),
        (TimeReason.MENTOR_NOT_ACCEPTING, not offer.is_accepting),
        (TimeReason.MENTOR_NOT_APPROVED, not offer.is_approved),
        (TimeReason.VIEWER_BUSY, _meets(asked, asker.busy)),
        (TimeReason.OWN_SLOT, asker.is_the_mentor),
        (TimeReason.REQUEST_LIMIT, asker.is_at_limit),
    )
    return Verdict(tuple(reason for reason, holds in against if holds), slot)


def is_offered(slot: Spanning, offer: Offer, *, now: datetime) -> bool:
    """Whether the open row of a slot is offered, to anybody: what the database says of rows, in Python."""
    offered = window(now, offer.rules)
    return (
        offer.is_approved
        and offer.is_accepting
        and offered.starts_at <= slot.starts_at < offered.ends_at
        and is_clear(slot, (*offer.held, *offer.booked), offer.rules.buffer)
    )


def window(now: datetime, rules: SessionRules) -> Interval:
    """The instants at which an offered slot may start; none where the notice outlasts the horizon."""
    return Interval(now + rules.minimum_notice, now + rules.horizon)


def is_clear(span: Spanning, active: Iterable[Spanning], buffer: timedelta) -> bool:
    """Whether *span* is at least *buffer* away from each of the *active* bookings, before and after."""
    return all(gap(span, booking) >= buffer for booking in active)


class Starting(Protocol):
    @property
    def starts_at(self) -> datetime: ...


S = TypeVar("S", bound=Starting)


def alternatives(open_slots: Iterable[S], near: datetime, count: int = 3) -> list[S]:
    """The *count* of *open_slots* that start nearest to *near*, though not at it, in time order.

    Of two as near, the earlier comes first.
    """
    others = (slot for slot in open_slots if slot.starts_at != near)
    nearest = nsmallest(count, others, key=lambda slot: (abs(slot.starts_at - near), slot.starts_at))
    return sorted(nearest, key=attrgetter("starts_at"))


def _found_at(instant: datetime, offer: Offer) -> tuple[bool, Interval | None]:
    """Whether the availability holds *instant*, and the slot that starts there."""
    around = [
        run
        for run in runs_between(instant, instant, offer.blocks, offer.zone)
        if run.starts_at <= instant < run.ends_at
    ]
    slot = next((slot for slot in cut(around, offer.rules) if slot.starts_at == instant), None)
    return bool(around), slot


def _session_from(starts_at: datetime, rules: SessionRules) -> Interval:
    return Interval(starts_at, starts_at + min(rules.session or SHORTEST, _END_OF_TIME - starts_at))


def _meets(asked: Interval, spans: Iterable[Spanning]) -> bool:
    return any(overlap(asked, span) for span in spans)


def _crowds(asked: Interval, active: Iterable[Spanning], buffer: timedelta) -> bool:
    """Whether *asked* comes too near to a booking that it does not overlap."""
    return any(_TOUCHING <= gap(asked, booking) < buffer for booking in active)
