"""Lists of public mentors: filtered by any of several things at once, in one of six orders.

Each order has its index, which a page reads from its place on, past the mentors that the filters leave out. That is
quick where many are left; where few are, `resolvers.mentor_lists` finds them first, and the page is made of them.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Float, FromClause, Subquery, bindparam, exists, or_, select

from mentorhub.db import known_slots
from mentorhub.db.constructs import holds, now
from mentorhub.db.database import Reader
from mentorhub.db.known_slots import NextSlots
from mentorhub.db.list_parameters import among
from mentorhub.db.mentors import CARD, COLUMNS, Extent, MentorCard, MentorRow
from mentorhub.db.paging import Listing
from mentorhub.db.search import Word, has_words
from mentorhub.db.slots import IS_OFFERED
from mentorhub.db.statements import LIMITED, Statement, labelled
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.mentors import mentor_expertise, mentors
from mentorhub.db.types import Flag, Instant
from mentorhub.rules.keys import Key
from mentorhub.rules.mentors import MentorOrder

_SHAPES: Final = 512


class Shape(NamedTuple):
    """What makes one list's SQL another's: its values stand apart, and are given at the call by these names."""

    order: MentorOrder
    candidates: bool = False
    """Only these, who are few: the words need not be looked for in the list's order."""
    words: bool = False
    expertise: bool = False
    window: bool = False
    """By the names `since`, `until` and `now`."""
    minimum_rating: bool = False
    timezones: bool = False
    accepting: bool = False


_ORDERS: Final[dict[MentorOrder, tuple[ColumnElement[Any], ...]]] = {
    MentorOrder.RECOMMENDED: (mentors.c.is_open, mentors.c.score),
    MentorOrder.RATING: (mentors.c.rating_average,),
    MentorOrder.SESSIONS: (mentors.c.completed_session_count,),
    MentorOrder.NEWEST: (mentors.c.approved_at,),
    MentorOrder.NAME: (mentors.c.sort_name,),
    MentorOrder.SOONEST_SLOT: (mentors.c.next_slot_at,),
}
_ASCENDING: Final = {MentorOrder.NAME, MentorOrder.SOONEST_SLOT}


class ListedMentor(MentorRow):
    """A mentor with `next_slots`, a `NextSlots`."""


class ListedMentorCard(MentorCard):
    """A mentor's card with `next_slots`, likewise."""


@lru_cache(maxsize=_SHAPES)
def listing(shape: Shape, extent: Extent = Extent.WHOLE, *, next_slots: int = 0) -> Listing[Any]:
    """The list, with so much of each mentor, or more: cards have not every order's columns.

    Where *next_slots* is not 0, so many at most are brought along; `now` is one of the values then.
    """
    order = (*_ORDERS[shape.order], mentors.c.id)
    has_card = extent is not Extent.WHOLE and {column.key for column in order} <= set(MentorCard._fields)
    columns, rows = (
        (CARD, (MentorCard, ListedMentorCard)) if has_card else (COLUMNS, (MentorRow, ListedMentor))
    )
    return Listing[Any](
        select(*columns).where(*_conditions(shape)),
        rows[bool(next_slots)],
        *order,
        descending=shape.order not in _ASCENDING,
        long=any(shape[1:]) and not shape.candidates,
        companions={"next_slots": NextSlots} if next_slots else {},
        beside=partial(_with_slots, next_slots) if next_slots else None,
    )


def _with_slots(most: int, page: Subquery) -> tuple[FromClause, list[ColumnElement[Any]]]:
    return page, labelled("next_slots", known_slots.next_slots(page.c.id, page, most))


def _given(name: str) -> Any:
    return bindparam(name, type_=Instant())


_HAS_EXPERTISE: Final = exists().where(
    mentor_expertise.c.mentor_id == mentors.c.id, among(mentor_expertise.c.expertise_id, "expertise")
)
_HAS_SLOT: Final = exists().where(
    slots.c.mentor_id == mentors.c.id,
    slots.c.starts_at >= _given("since"),
    slots.c.starts_at < _given("until"),
    slots.c.starts_at >= now(),
    IS_OFFERED,
)
# What is kept of the next slot may be old, but says until when it is not.
_MAY_HAVE_SLOT: Final = or_(mentors.c.next_slot_at < _given("until"), mentors.c.next_slot_until <= now())


def _conditions(shape: Shape) -> Iterator[ColumnElement[bool]]:
    yield holds(mentors.c.is_public)
    if shape.candidates:
        yield among(mentors.c.id, "candidates")
    if shape.words:
        yield has_words(mentors.c.search, "words", in_order=True)
    if shape.expertise:
        yield _HAS_EXPERTISE
    if shape.window:
        yield _MAY_HAVE_SLOT
        yield _HAS_SLOT
    if shape.minimum_rating:
        yield mentors.c.rating_average >= bindparam("minimum_rating", type_=Float())
    if shape.timezones:
        yield among(mentors.c.timezone, "timezones")
    if shape.accepting:
        yield mentors.c.accepting_requests == bindparam("accepting", type_=Flag())


class _Found(NamedTuple):
    id: Key


_WITH_WORDS: Final = Statement(
    select(mentors.c.id).where(has_words(mentors.c.search, "words")).limit(LIMITED), _Found
)
_WITH_EXPERTISE: Final = Statement(
    select(mentor_expertise.c.mentor_id.label("id"))
    .where(among(mentor_expertise.c.expertise_id, "expertise"))
    .limit(LIMITED),
    _Found,
)


async def with_words(reader: Reader, words: Sequence[Word], *, most: int) -> set[Key] | None:
    """The mentors who are found by *words*, public or not; None where they are more than *most*."""
    return _few(await reader.all(_WITH_WORDS, words=words, limit=most + 1), most)


async def with_expertise(reader: Reader, expertise: Sequence[Key], *, most: int) -> set[Key] | None:
    """The mentors who know any of *expertise*, public or not; None where they are more than *most*."""
    return _few(await reader.all(_WITH_EXPERTISE, expertise=list(expertise), limit=most + 1), most)


def _few(rows: Sequence[_Found], most: int) -> set[Key] | None:
    return {row.id for row in rows} if len(rows) <= most else None
