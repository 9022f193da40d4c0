"""What bookings and the clock do to slots that stand: who holds them, from when on they are offered, which comes next.

It says the same as `rules.listing.offered_while`, for a few rows at a time; a test holds the two together.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Integer, and_, bindparam, case, func, literal, or_, select, update

from mentorhub.db.constructs import greatest, least, now, shifted
from mentorhub.db.database import Transaction
from mentorhub.db.list_parameters import among
from mentorhub.db.slots import IS_OFFERED, MAY_BE_OFFERED
from mentorhub.db.statements import change
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import Instant, KeyColumn
from mentorhub.rules.instants import ALWAYS, NEVER
from mentorhub.rules.intervals import Spanning
from mentorhub.rules.keys import Key
from mentorhub.rules.slots import LONGEST_SLOT, MOST_BUFFER
from mentorhub.rules.vocabulary import ACTIVE, BookingStatus, SlotStatus

_NEVER: Final = literal(NEVER, Instant())
_ALWAYS: Final = literal(ALWAYS, Instant())
_DAY_MINUTES: Final = 24 * 60
FARTHEST: Final = LONGEST_SLOT + 2 * MOST_BUFFER
"""What starts earlier or later by more is not near."""
_IS_PENDING: Final = bookings.c.status == BookingStatus.PENDING

_MENTOR: Final = bindparam("mentor_id", type_=KeyColumn())


def _given(name: str) -> Any:
    return bindparam(name, type_=Instant())


_OWN_STATUS: Final = (
    # BOOKED comes before HELD in the alphabet, too.
    select(func.min(case((_IS_PENDING, literal("HELD")), else_=literal("BOOKED"))))
    .where(bookings.c.slot_id == slots.c.id)
    .where(bookings.c.status.in_([*ACTIVE, BookingStatus.COMPLETED]))
    .scalar_subquery()
)
_FREE_FROM: Final = (
    select(func.max(case((_IS_PENDING, bookings.c.respond_by), else_=_NEVER)))
    .where(bookings.c.mentor_id == _MENTOR, bookings.c.status.in_(ACTIVE))
    .where(bookings.c.starts_at > _given("earliest"), bookings.c.starts_at < _given("latest"))
    .where(bookings.c.starts_at < shifted(slots.c.ends_at, mentors.c.buffer_minutes))
    .where(bookings.c.ends_at > shifted(slots.c.starts_at, -mentors.c.buffer_minutes))
    .scalar_subquery()
)
# The horizon reaches a start just after, and instants are kept to the microsecond.
_IN_HORIZON_FROM: Final = shifted(slots.c.starts_at, mentors.c.horizon_days * -_DAY_MINUTES, microseconds=1)

_FRESH: Final = (
    select(
        slots.c.id,
        func.coalesce(_OWN_STATUS, literal("OPEN")).label("status"),
        greatest(func.coalesce(_FREE_FROM, _ALWAYS), _IN_HORIZON_FROM).label("offered_from"),
    )
    .select_from(slots.join(mentors, mentors.c.id == slots.c.mentor_id))
    .where(slots.c.mentor_id == _MENTOR, slots.c.status != SlotStatus.CLOSED)
    .where(slots.c.starts_at > _given("earliest"), slots.c.starts_at < _given("latest"))
    .where(slots.c.starts_at < shifted(_given("until"), mentors.c.buffer_minutes))
    .where(slots.c.ends_at > shifted(_given("since"), -mentors.c.buffer_minutes))
    .subquery("fresh")
)
_REFRESH: Final = change(
    update(slots)
    .values(status=_FRESH.c.status, offered_from=_FRESH.c.offered_from)
    .where(slots.c.id == _FRESH.c.id)
    .where(or_(slots.c.status != _FRESH.c.status, slots.c.offered_from != _FRESH.c.offered_from))
)


async def refresh(transaction: Transaction, around: Mapping[Key, Spanning]) -> None:
    """Tells slots of mentors, in and near what is *around*, who holds them now, and from when on they are offered.

    Call it after the mentors' bookings there have changed. Closed slots stay closed.
    """
    rows = [
        {
            "mentor_id": mentor_id,
            "since": one.starts_at,
            "until": one.ends_at,
            "earliest": one.starts_at - FARTHEST,
            "latest": one.ends_at + FARTHEST,
        }
        for mentor_id, one in around.items()
    ]
    await transaction.many(_REFRESH, rows)


_THEIRS: Final = and_(slots.c.mentor_id == mentors.c.id, slots.c.starts_at >= now())

_FIRST: Final = (
    select(
        mentors.c.id,
        select(func.min(slots.c.starts_at)).where(_THEIRS, IS_OFFERED).scalar_subquery().label("starts_at"),
    )
    .where(among(mentors.c.id, "mentors"))
    .cte("first")
    .prefix_with("MATERIALIZED")  # else it is worked out again wherever it is named
)
# Offered to the very instant that is kept, it is gone just after.
_FIRST_IS_GONE_AT: Final = (
    select(shifted(func.min(slots.c.offered_until), literal(0, Integer()), microseconds=1))
    .where(slots.c.mentor_id == _FIRST.c.id, slots.c.starts_at == _FIRST.c.starts_at, IS_OFFERED)
    .scalar_subquery()
)
_ANOTHER_COMES_AT: Final = (
    select(func.min(slots.c.offered_from))
    .where(slots.c.mentor_id == _FIRST.c.id, MAY_BE_OFFERED)
    .where(slots.c.starts_at >= now(), slots.c.starts_at < func.coalesce(_FIRST.c.starts_at, _NEVER))
    .where(slots.c.offered_from > now(), slots.c.offered_from <= slots.c.offered_until)
    .scalar_subquery()
)
_NEXT: Final = (
    select(
        _FIRST.c.id,
        func.coalesce(_FIRST.c.starts_at, _NEVER).label("starts_at"),
        least(func.coalesce(_FIRST_IS_GONE_AT, _NEVER), func.coalesce(_ANOTHER_COMES_AT, _NEVER)).label(
            "until"
        ),
    )
    .cte("next")
    .prefix_with("MATERIALIZED")
)
_SET_NEXT: Final = change(
    update(mentors)
    .values(next_slot_at=_NEXT.c.starts_at, is_open=_NEXT.c.starts_at < _NEVER, next_slot_until=_NEXT.c.until)
    # Said twice, so that PostgreSQL does not read all mentors for the few.
    .where(mentors.c.id == _NEXT.c.id, among(mentors.c.id, "mentors"))
    .where(
        or_(
            mentors.c.next_slot_at != _NEXT.c.starts_at,
            mentors.c.next_slot_until.is_distinct_from(_NEXT.c.until),
        )
    )
)


async def set_next(transaction: Transaction, mentors_: Sequence[Key], *, now: datetime) -> None:
    """Keeps for *mentors_* which slot they offer next, and when to look again."""
    await transaction.run(_SET_NEXT, mentors=list(mentors_), now=now)
