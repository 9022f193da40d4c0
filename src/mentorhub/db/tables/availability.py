"""When mentors can be met: blocks of time, time off, and the slots cut from them."""

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from mentorhub.db.tables.columns import (
    calendar_day,
    check,
    choice,
    date,
    datetime,
    instant,
    is_one_of,
    primary_key,
    references,
    table_of,
)
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import SlotStatus

_MAY_BE_OFFERED = text("status IN ('OPEN', 'HELD')")


class Availability(SQLModel, table=True):
    """A weekly block has a weekday, a dated one a day."""

    __tablename__ = "availability"
    __table_args__ = (
        check("(weekday IS NULL) <> (day IS NULL)", "weekly_or_dated"),
        check("weekday IS NULL OR weekday BETWEEN 0 AND 6", "weekday_range"),
        check("start_minute BETWEEN 0 AND 1425 AND end_minute <= 1440", "minute_range"),
        check("end_minute - start_minute >= 15", "at_least_15_minutes"),
        check("(valid_from IS NULL) = (weekday IS NULL)", "weekly_is_valid_from"),
        check("valid_until IS NULL OR valid_until >= valid_from", "valid_until_after_from"),
        Index("ix_availability_mentor_id", "mentor_id"),
    )

    id: Key = primary_key()
    mentor_id: Key = references("mentors.id", on_delete="CASCADE")
    weekday: int | None = Field(default=None)
    """0 for Monday."""
    day: date | None = calendar_day(null=True)
    start_minute: int
    """Minutes after midnight on the wall clock of the mentor's time zone."""
    end_minute: int
    valid_from: date | None = calendar_day(null=True)
    valid_until: date | None = calendar_day(null=True)
    """Inclusive."""


class TimeOff(SQLModel, table=True):
    __tablename__ = "time_off"
    __table_args__ = (
        check("ends_at > starts_at", "ends_after_start"),
        Index("ix_time_off_mentor_id", "mentor_id", "ends_at"),
    )

    id: Key = primary_key()
    mentor_id: Key = references("mentors.id", on_delete="CASCADE")
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    note: str | None = None


class Slot(SQLModel, table=True):
    """A slot is offered at an instant if it is OPEN or HELD and `offered_from` <= the instant <= `offered_until`.

    `offered_from` is when the horizon reaches it; while a pending booking holds it, or is too near to it, when that
    booking expires; while a confirmed one is, never. `offered_until` is the start less the minimum notice.

    Whatever the availability of a mentor does not hold any more is CLOSED, and so is every slot of one who is not
    public or does not accept requests, booked or not: so lists need no look at the mentor, no two that are not closed
    overlap, and a slot that is wanted again comes back under its key. What others are told of a closed slot with an
    active booking is what the booking makes of it (`db.slots.STATUS`).
    """

    __tablename__ = "slots"
    __table_args__ = (
        is_one_of("status", SlotStatus),
        check("ends_at > starts_at", "ends_after_start"),
        UniqueConstraint("mentor_id", "starts_at", "ends_at"),
        Index("ix_slots_offered", "terms", "starts_at", "id", postgresql_where=_MAY_BE_OFFERED,
              sqlite_where=_MAY_BE_OFFERED),
        # All that a mentor's next slots are known by, so that nothing of the table is read for them.
        # SQLite looks at the status, too, though no other is in there.
        Index("ix_slots_next", "mentor_id", "starts_at", "offered_from", "offered_until", "id", "status",
              postgresql_where=_MAY_BE_OFFERED, sqlite_where=_MAY_BE_OFFERED),
    )  # fmt: skip

    id: Key = primary_key()
    mentor_id: Key = references("mentors.id", on_delete="CASCADE")
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    status: SlotStatus = choice(SlotStatus)
    offered_from: datetime = instant()
    offered_until: datetime = instant()
    terms: int
    """The mentor's notice and horizon as one number (`rules.listing.terms`). Of slots with the same terms, those that
    are offered at present start in one stretch of time, to which the index leads straight."""


availability = table_of(Availability)
time_off = table_of(TimeOff)
slots = table_of(Slot)
