"""Lists of bookings, as their filters compose, and the counts of their tabs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from mentorhub.db import booking_lists
from mentorhub.db.booking_lists import Brought, Shape
from mentorhub.db.bookings import BookingCard, BookingRow
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Viewer
from mentorhub.resolvers.paging import Page, Paging, page
from mentorhub.rules import search_words
from mentorhub.rules.keys import NOBODY, Key
from mentorhub.rules.vocabulary import BookingOrder, BookingParty, BookingStatus

NOTHING: Final = Brought()
_BOTH: Final = frozenset(BookingParty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list of bookings is narrowed to; all that is given must hold. An empty list is what nothing is in."""

    party: BookingParty | None = None
    """As which of both the viewer takes part."""
    statuses: Sequence[BookingStatus] | None = None
    starts_from: datetime | None = None
    starts_until: datetime | None = None
    """Exclusive."""
    upcoming: bool | None = None
    mentor_ids: Sequence[Key] | None = None
    mentee_ids: Sequence[Key] | None = None
    search: str | None = None


EVERY: Final = Filter()


async def of_viewer(
    desk: Desk,
    viewer: Viewer,
    filter: Filter,
    *,
    order: BookingOrder,
    paging: Paging,
    brought: Brought = NOTHING,
) -> Page[BookingRow | BookingCard]:
    """The bookings of *viewer*, as mentee and as mentor."""
    parties = _parties(viewer, filter.party)
    return await _page(desk, viewer, parties, filter, order=order, paging=paging, brought=brought)


async def of_all(
    desk: Desk, filter: Filter, *, order: BookingOrder, paging: Paging, brought: Brought = NOTHING
) -> Page[BookingRow | BookingCard]:
    """Everybody's bookings, for administrators. Raises Unauthenticated, Forbidden."""
    viewer = access.admin(desk)
    parties = frozenset({filter.party}) if filter.party else None
    return await _page(desk, viewer, parties, filter, order=order, paging=paging, brought=brought)


async def counts(desk: Desk, viewer: Viewer, party: BookingParty | None) -> Mapping[BookingStatus, int]:
    """How many bookings of *viewer* have each status; absent where none has."""
    return await booking_lists.counts(
        desk.reader,
        _parties(viewer, party),
        viewer=viewer.user_id,
        viewer_mentor=viewer.mentor_id,
        now=desk.now,
    )


def shape_of(
    filter: Filter, order: BookingOrder, parties: frozenset[BookingParty] | None
) -> tuple[Shape, dict[str, Any]]:
    """The list that *filter* asks for, and the values it takes; without those of the viewer and the clock."""
    words = search_words.sought(filter.search)
    # Words of which none is one are found nowhere.
    statuses = filter.statuses if words is None or words else ()
    given = {
        "starts_from": filter.starts_from,
        "starts_until": filter.starts_until,
        "mentors": None if filter.mentor_ids is None else list(filter.mentor_ids),
        "mentees": None if filter.mentee_ids is None else list(filter.mentee_ids),
        "search": words or None,
    }
    values = {name: value for name, value in given.items() if value is not None}
    shape = Shape(
        order,
        viewer=parties,
        statuses=None if statuses is None else frozenset(statuses),
        upcoming=filter.upcoming,
        **dict.fromkeys(values, True),
    )
    return shape, values


async def _page(
    desk: Desk,
    viewer: Viewer,
    parties: frozenset[BookingParty] | None,
    filter: Filter,
    *,
    order: BookingOrder,
    paging: Paging,
    brought: Brought,
) -> Page[BookingRow | BookingCard]:
    shape, values = shape_of(filter, order, parties)
    if parties is not None:
        values |= {"viewer": viewer.user_id, "viewer_mentor": viewer.mentor_id or NOBODY}
    listing = booking_lists.listing(shape, brought)
    return await page(desk, listing, paging, name=f"bookings {_named(shape)}", now=desk.now, **values)


def _parties(viewer: Viewer, party: BookingParty | None) -> frozenset[BookingParty]:
    if party is not None:
        return frozenset({party})
    return _BOTH if viewer.mentor_id else frozenset({BookingParty.MENTEE})


@lru_cache(maxsize=256)
def _named(shape: Shape) -> str:
    """*shape* in words that are the same in every process."""
    return repr([sorted(part) if isinstance(part, frozenset) else part for part in shape])
