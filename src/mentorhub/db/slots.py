"""Slots: the bookable pieces of mentors' availability."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal, or_, select

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import Statement
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.bookings import bookings
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus, SlotStatus


class SlotRow(NamedTuple):
    id: Key
    mentor_id: Key
    starts_at: datetime
    ends_at: datetime
    status: SlotStatus
    """As it is at the instant of the question: what nobody answered in time holds it no more."""


MAY_BE_OFFERED: ColumnElement[bool] = slots.c.status.in_([SlotStatus.OPEN, SlotStatus.HELD])
"""Neither confirmed nor closed: the slot is offered from the one of its instants to the other."""

IS_OFFERED: ColumnElement[bool] = and_(
    MAY_BE_OFFERED,
    slots.c.offered_from <= now(),
    slots.c.offered_until >= now(),
)
"""The one predicate of lists and requests, as the database says it: the slot can be requested `now`."""


def _status(status: SlotStatus) -> ColumnElement[SlotStatus]:
    return literal(status, slots.c.status.type)


_HELD_AS = (
    # BOOKED comes before HELD in the alphabet, too.
    select(
        func.min(
            case(
                (bookings.c.status == BookingStatus.PENDING, _status(SlotStatus.HELD)),
                else_=_status(SlotStatus.BOOKED),
            )
        )
    )
    .where(bookings.c.slot_id == slots.c.id)
    .where(
        or_(
            bookings.c.status.in_([BookingStatus.CONFIRMED, BookingStatus.COMPLETED]),
            and_(bookings.c.status == BookingStatus.PENDING, bookings.c.respond_by > now()),
        )
    )
    .correlate(slots)
    .scalar_subquery()
)
STATUS: ColumnElement[SlotStatus] = case(
    (slots.c.status.in_([SlotStatus.OPEN, SlotStatus.BOOKED]), slots.c.status),
    else_=func.coalesce(
        _HELD_AS,
        case((slots.c.status == SlotStatus.HELD, _status(SlotStatus.OPEN)), else_=_status(SlotStatus.CLOSED)),
        type_=slots.c.status.type,
    ),
)
"""A slot's status `now`, as others are told: an overdue request holds it no more; one that was withdrawn from under a
booking is still that booking's."""

PLACE = tuple(slots.c[name] for name in SlotRow._fields if name != "status")
COLUMNS = (*PLACE, STATUS.label("status"))
OFFERED_COLUMNS = (*PLACE, _status(SlotStatus.OPEN).label("status"))
"""Of slots that are offered: then an overdue request is all that can hold them."""

_BY_KEYS = Statement(select(*COLUMNS).where(among(slots.c.id, "keys")), SlotRow)


class _Offered(NamedTuple):
    id: Key


_OFFERED = Statement(select(slots.c.id).where(among(slots.c.id, "keys"), IS_OFFERED), _Offered)
_TO_COME = Statement(
    select(*COLUMNS).where(
        slots.c.mentor_id == bindparam("mentor_id", type_=slots.c.mentor_id.type), slots.c.starts_at > now()
    ),
    SlotRow,
)


async def offered(reader: Reader, keys: Iterable[Key], *, now: datetime) -> set[Key]:
    """Those of *keys* that can be requested *now*."""
    return {row.id for row in await reader.all(_OFFERED, keys=list(keys), now=now)}


async def by_keys(reader: Reader, keys: Sequence[Key], *, now: datetime) -> dict[Key, SlotRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys), now=now)}


async def to_come(reader: Reader, mentor_id: Key, *, now: datetime) -> list[SlotRow]:
    """Every slot of a mentor that starts in the future, closed ones too."""
    return await reader.all(_TO_COME, mentor_id=mentor_id, now=now)
