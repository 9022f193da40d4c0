"""Lists of mentors, as their filters compose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from mentorhub.db import expertise, mentor_lists, open_slots
from mentorhub.db.mentor_lists import Shape
from mentorhub.db.mentors import Extent, MentorCard, MentorRow
from mentorhub.db.search import Word
from mentorhub.resolvers.cursors import Cursors, told_by
from mentorhub.resolvers.desk import Desk
from mentorhub.resolvers.paging import Page, Paging, page
from mentorhub.rules import search_words
from mentorhub.rules.instants import ALWAYS, NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.mentors import MentorOrder

_FEW: Final = 400
"""So many are quicker found first and sorted than met on the way through the list's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list of mentors is narrowed to; all that is given must hold. An empty list is what nothing is in."""

    search: str | None = None
    expertise_ids: Sequence[Key] | None = None
    available_from: datetime | None = None
    available_until: datetime | None = None
    """Exclusive."""
    minimum_rating: float | None = None
    timezones: Sequence[str] | None = None
    accepting_requests: bool | None = None

    @property
    def has_window(self) -> bool:
        return self.available_from is not None or self.available_until is not None


EVERY: Final = Filter()


async def browse(
    desk: Desk,
    filter: Filter,
    *,
    order: MentorOrder,
    paging: Paging,
    extent: Extent = Extent.WHOLE,
    next_slots: int = 0,
) -> Page[MentorRow | MentorCard]:
    """The public mentors whom *filter* leaves, *extent* of each or more, with so many of their next slots.

    Raises BadUserInput, CursorInvalid.
    """
    values = {} if filter is EVERY else await _values(desk, filter)
    few = await _few(desk, values) if values else None
    if few is not None:
        values["candidates"] = list(few)
    shape = Shape(order, **{name: name in values for name in _SHAPING}, window="since" in values)
    # Cursors go by what was asked for, not by how it is found.
    cursors = Cursors(desk.doors.secret, f"mentors {order}", told_by(filter))
    listing = mentor_lists.listing(shape, extent, next_slots=next_slots)
    values["now"] = desk.now
    return await page(desk, listing, paging, name="mentors", cursors=cursors, **values)


_SHAPING: Final = ("candidates", "words", "expertise", "minimum_rating", "timezones", "accepting")


async def _values(desk: Desk, filter: Filter) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if (words := search_words.sought(filter.search)) is not None:
        values["words"] = await named(desk, words)
    if filter.expertise_ids is not None:
        values["expertise"] = list(filter.expertise_ids)
    if filter.has_window:
        values["since"] = filter.available_from or ALWAYS
        values["until"] = filter.available_until or NEVER
        values["now"] = desk.now
    if filter.minimum_rating is not None:
        values["minimum_rating"] = filter.minimum_rating
    if filter.timezones is not None:
        values["timezones"] = list(filter.timezones)
    if filter.accepting_requests is not None:
        values["accepting"] = filter.accepting_requests
    return values


async def named(desk: Desk, words: Iterable[str]) -> list[Word]:
    """Each of *words*, or the expertise that it names."""
    every = await expertise.all_expertise(desk.reader)
    spoken = [(search_words.mark_of(row.id), search_words.words_of(row.name)) for row in every]
    return [
        [word, *(mark for mark, names in spoken if any(name.startswith(word) for name in names))]
        for word in words
    ]


async def _few(desk: Desk, values: dict[str, Any]) -> set[Key] | None:
    """Everybody whom one of the filters leaves, where they are few; that one need not be asked of them again."""
    few: set[Key] | None = None
    reader = desk.reader
    if (words := values.get("words")) is not None:
        few = await mentor_lists.with_words(reader, words, most=_FEW) if words else set()
        if few is not None:
            del values["words"]
    if few is None and "since" in values:
        since, until = values["since"], values["until"]
        few = await open_slots.mentors_between(reader, since=since, until=until, now=desk.now, most=_FEW)
    if few is None and "expertise" in values:
        few = await mentor_lists.with_expertise(reader, values["expertise"], most=_FEW)
    return few
