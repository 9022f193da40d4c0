"""What changes bookings: the request, the compare-and-set that takes a slot, and the one that changes a booking."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, insert, select, update

from mentorhub.db.bookings import BookingRow, is_party
from mentorhub.db.constructs import least
from mentorhub.db.database import Transaction
from mentorhub.db.list_parameters import among
from mentorhub.db.slots import IS_OFFERED
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import Instant, KeyColumn
from mentorhub.rules import search_words
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import SlotStatus

_STORED: Final = tuple(name for name in BookingRow._fields if name != "mentor_user_id")
_CHANGING: Final = (
    "slot_id", "starts_at", "ends_at", "status", "meeting_url", "mentor_notes", "reason", "ended_by", "updated_at",
    "moved_at", "respond_by", "answered_at", "sequence",
)  # fmt: skip


class _Taken(NamedTuple):
    id: Key


_TAKE = Statement(
    update(slots)
    .where(among(slots.c.id, "slots"), IS_OFFERED)
    .values(
        status=SlotStatus.HELD,
        offered_from=least(bindparam("held_until", type_=Instant()), slots.c.starts_at),
    )
    .returning(slots.c.id),
    _Taken,
)
_ADD = change(insert(bookings), parameters=[*_STORED, "search"])
_CHANGE = change(
    update(bookings)
    .where(
        bookings.c.id == bindparam("booking_id", type_=KeyColumn()),
        bookings.c.status == bindparam("was_status", type_=bookings.c.status.type),
        bookings.c.sequence == bindparam("was_sequence", type_=bookings.c.sequence.type),
    )
    .values({name: bindparam(f"new_{name}", type_=bookings.c[name].type) for name in _CHANGING})
)


async def take(
    transaction: Transaction, slots_: Iterable[Key], *, now: datetime, held_until: datetime
) -> set[Key]:
    """Takes those of *slots_* that are offered *now*, for whoever was first, until then or until they start; which."""
    taken = await transaction.all(_TAKE, slots=list(slots_), now=now, held_until=held_until)
    return {row.id for row in taken}


async def add(transaction: Transaction, rows: Mapping[BookingRow, tuple[str, ...]]) -> None:
    """Adds bookings, each with its parties' names. Raises Violated where the database holds one to be impossible."""
    await transaction.many(
        _ADD,
        [
            {**{name: getattr(row, name) for name in _STORED}, "search": _words(row, names)}
            for row, names in rows.items()
        ],
    )


async def replace(transaction: Transaction, was: BookingRow, row: BookingRow) -> bool:
    """Makes *row* of the booking whose row was *was*; False where it is that no more. Raises Violated as `add` does."""
    values: dict[str, Any] = {f"new_{name}": getattr(row, name) for name in _CHANGING}
    changed = await transaction.run(
        _CHANGE, booking_id=was.id, was_status=was.status, was_sequence=was.sequence, **values
    )
    return changed == 1


class _Spoken(NamedTuple):
    id: Key
    topic: str
    description: str | None
    questions: str | None
    mentee: str
    mentor: str


_OF_USER = Statement(
    select(
        bookings.c.id,
        bookings.c.topic,
        bookings.c.description,
        bookings.c.questions,
        users.c.name.label("mentee"),
        mentors.c.name.label("mentor"),
    )
    .join_from(bookings, users, users.c.id == bookings.c.mentee_id)
    .join(mentors, mentors.c.id == bookings.c.mentor_id)
    .where(is_party("user_id")),
    _Spoken,
)
_REWORD = change(
    update(bookings)
    .where(bookings.c.id == bindparam("booking_id", type_=KeyColumn()))
    .values(search=bindparam("words", type_=bookings.c.search.type))
)


async def reword_of(transaction: Transaction, user_id: Key) -> None:
    """Lets search find the bookings of a user by the name they have now, after it was written with user and mentor."""
    rows = await transaction.all(_OF_USER, user_id=user_id)
    await transaction.many(
        _REWORD, [{"booking_id": row.id, "words": _words(row, (row.mentee, row.mentor))} for row in rows]
    )


def _words(row: BookingRow | _Spoken, names: tuple[str, ...]) -> str:
    return search_words.text_of(row.topic, row.description, row.questions, *names)
