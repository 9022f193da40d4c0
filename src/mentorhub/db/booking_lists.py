"""Lists of bookings: filtered by any of several things at once, sorted in one of three ways, and counted by status."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, bindparam, func, not_, or_, select

from mentorhub.db.bookings import CARD, COLUMNS, FROM, IS_OVERDUE, STATUS, BookingCard, BookingRow
from mentorhub.db.constructs import now
from mentorhub.db.database import Reader
from mentorhub.db.feedback import CARD as FEEDBACK_CARD
from mentorhub.db.feedback import COLUMNS as FEEDBACK
from mentorhub.db.feedback import FeedbackCard, FeedbackRow
from mentorhub.db.list_parameters import among
from mentorhub.db.mentors import CARD as MENTOR_CARD
from mentorhub.db.mentors import NAME as MENTOR_NAME
from mentorhub.db.mentors import Extent, MentorCard, MentorName
from mentorhub.db.paging import Listing
from mentorhub.db.search import has_words
from mentorhub.db.statements import Statement, labelled
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import Instant, KeyColumn
from mentorhub.db.users import CARD as USER_CARD
from mentorhub.db.users import UserCard
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import ACTIVE, BookingOrder, BookingParty, BookingStatus

_SHAPES: Final = 256


class Shape(NamedTuple):
    """What makes one list's SQL another's: its values stand apart, and are given at the call by these names."""

    order: BookingOrder
    viewer: frozenset[BookingParty] | None = None
    """The parts in which the viewer's bookings are wanted, by `viewer` and `viewer_mentor`; None for everybody's."""
    statuses: frozenset[BookingStatus] | None = None
    upcoming: bool | None = None
    starts_from: bool = False
    starts_until: bool = False
    mentors: bool = False
    mentees: bool = False
    search: bool = False


class Brought(NamedTuple):
    """How much is read of each booking, and what along with it: its attributes then, absent where not asked for."""

    card: bool = False
    """No more than a `BookingCard`, where the order has that."""
    mentor: Extent = Extent.WHOLE
    """A `MentorCard` or a `MentorName`; nothing for the whole of a mentor."""
    mentee: bool = False
    """A `UserCard`."""
    feedback: Extent | None = None
    """A `FeedbackRow` or a `FeedbackCard`, or None where there is none; nothing for None."""


class ListedBooking(BookingRow):
    """A booking with what has been brought along."""


class ListedBookingCard(BookingCard):
    """A booking's card with what has been brought along."""


_FEEDBACK: Final = {Extent.WHOLE: (FeedbackRow, FEEDBACK), Extent.CARD: (FeedbackCard, FEEDBACK_CARD)}
_MENTORS: Final = {Extent.CARD: (MentorCard, MENTOR_CARD), Extent.NAME: (MentorName, MENTOR_NAME)}


@lru_cache(maxsize=_SHAPES)
def listing(shape: Shape, brought: Brought = Brought()) -> Listing[BookingRow | BookingCard]:  # noqa: B008 -- frozen
    companions: dict[str, type[Any]] = {}
    if brought.mentor in _MENTORS:
        companions["mentor"] = _MENTORS[brought.mentor][0]
    if brought.mentee:
        companions["mentee"] = UserCard
    if brought.feedback is not None:
        companions["feedback"] = _FEEDBACK[brought.feedback][0]
    sql, row = _card(companions) if brought.card and _is_on_card(shape) else _whole(companions)
    return Listing(
        sql.where(*conditions(shape)),
        row,
        *columns_of(shape),
        descending=is_descending(shape),
        companions=companions,
        beside=partial(_beside, brought) if companions else None,
        counted=select(bookings.c.id).where(*conditions(shape)),
    )


def _card(companions: Mapping[str, Any]) -> tuple[Select[Any], type[BookingCard]]:
    return select(*CARD).select_from(bookings), ListedBookingCard if companions else BookingCard


def _whole(companions: Mapping[str, Any]) -> tuple[Select[Any], type[BookingRow]]:
    return select(*COLUMNS).select_from(FROM), ListedBooking if companions else BookingRow


def _is_on_card(shape: Shape) -> bool:
    return all(column.key in BookingCard._fields for column in columns_of(shape))


def _beside(brought: Brought, page: Subquery) -> tuple[FromClause, list[ColumnElement[Any]]]:
    columns: list[ColumnElement[Any]] = []
    source: FromClause = page
    if brought.mentor in _MENTORS or brought.feedback is not None:
        source = source.join(mentors, mentors.c.id == page.c.mentor_id)
    if brought.mentor in _MENTORS:
        columns += labelled("mentor", _MENTORS[brought.mentor][1])
    if brought.mentee:
        columns += labelled("mentee", USER_CARD)
        source = source.join(users, users.c.id == page.c.mentee_id)
    if brought.feedback is not None:
        columns += labelled("feedback", _FEEDBACK[brought.feedback][1])
        source = source.outerjoin(feedback, feedback.c.booking_id == page.c.id)
    return source, columns


def columns_of(shape: Shape) -> tuple[ColumnElement[datetime], ColumnElement[Key]]:
    """What the list is sorted by."""
    column = {BookingOrder.REQUESTED_LATEST: bookings.c.requested_at}.get(shape.order, bookings.c.starts_at)
    return column, bookings.c.id


def is_descending(shape: Shape) -> bool:
    return shape.order is not BookingOrder.STARTS_SOONEST


_VIEWER = bindparam("viewer", type_=KeyColumn())
_VIEWER_MENTOR = bindparam("viewer_mentor", type_=KeyColumn())
_IS_THEIRS: Final = {
    BookingParty.MENTEE: bookings.c.mentee_id == _VIEWER,
    BookingParty.MENTOR: bookings.c.mentor_id == _VIEWER_MENTOR,
}
_IS_UPCOMING: ColumnElement[bool] = and_(
    bookings.c.status.in_(ACTIVE), not_(IS_OVERDUE), bookings.c.starts_at > now()
)


def conditions(shape: Shape) -> Iterator[ColumnElement[bool]]:
    """What is true of every booking in the list."""
    if shape.viewer is not None:
        yield or_(*(_IS_THEIRS[party] for party in sorted(shape.viewer)))
    if shape.statuses is not None:
        yield _has_status(shape.statuses)
    if shape.upcoming is not None:
        yield _IS_UPCOMING if shape.upcoming else not_(_IS_UPCOMING)
    if shape.starts_from:
        yield bookings.c.starts_at >= bindparam("starts_from", type_=Instant())
    if shape.starts_until:
        yield bookings.c.starts_at < bindparam("starts_until", type_=Instant())
    if shape.mentors:
        yield among(bookings.c.mentor_id, "mentors")
    if shape.mentees:
        yield among(bookings.c.mentee_id, "mentees")
    if shape.search:
        yield has_words(bookings.c.search, "search")


def _has_status(statuses: frozenset[BookingStatus]) -> ColumnElement[bool]:
    """As `STATUS.in_(statuses)`, in words that indexes understand."""
    others = sorted(statuses - {BookingStatus.PENDING})
    is_pending = bookings.c.status == BookingStatus.PENDING
    has_one = [bookings.c.status.in_(others)] if others else []
    if statuses >= {BookingStatus.PENDING, BookingStatus.EXPIRED}:
        return or_(*has_one, is_pending)
    if BookingStatus.PENDING in statuses:
        return or_(*has_one, and_(is_pending, bookings.c.respond_by > now()))
    if BookingStatus.EXPIRED in statuses:
        return or_(*has_one, IS_OVERDUE)
    return or_(*has_one) if has_one else bookings.c.id.is_(None)


class Count(NamedTuple):
    status: BookingStatus
    bookings: int


@lru_cache(maxsize=len(BookingParty) + 1)
def _counts(parties: frozenset[BookingParty]) -> Statement[Count]:
    status = STATUS.label("status")
    theirs = or_(*(_IS_THEIRS[party] for party in sorted(parties)))
    return Statement(select(status, func.count().label("bookings")).where(theirs).group_by(status), Count)


async def counts(
    reader: Reader,
    parties: frozenset[BookingParty],
    *,
    viewer: Key,
    viewer_mentor: Key | None,
    now: datetime,
) -> dict[BookingStatus, int]:
    """How many bookings of the viewer, in the part of one of *parties*, have each status; absent where none has."""
    rows = await reader.all(_counts(parties), viewer=viewer, viewer_mentor=viewer_mentor, now=now)
    return {row.status: row.bookings for row in rows}
