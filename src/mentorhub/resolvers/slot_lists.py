"""Lists of slots that can be requested: of each of some mentors, and across all."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from mentorhub.db import mentor_lists, open_slots, slot_lists
from mentorhub.db.known_slots import MOST_LISTED, NextSlots
from mentorhub.db.mentors import MentorRow
from mentorhub.db.open_slots import Shape
from mentorhub.db.slots import SlotRow
from mentorhub.lasting import Lasting
from mentorhub.resolvers.cursors import Cursors, told_by
from mentorhub.resolvers.desk import Desk
from mentorhub.resolvers.paging import Page, Paging, page
from mentorhub.rules.instants import ALWAYS, NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.mentors import AvailabilityStatus, availability_status
from mentorhub.rules.offering import alternatives
from mentorhub.rules.refusals import BadUserInput, TooMany
from mentorhub.rules.slots import LONGEST_SLOT

MOST: Final = 500
LONGEST_WINDOW: Final = timedelta(days=92)
_FEW: Final = 400
_ALTERNATIVES: Final = 3


async def of_mentors(
    desk: Desk,
    mentors: Sequence[Key],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    first: int,
) -> Mapping[Key, Sequence[SlotRow]]:
    """The open slots of each of *mentors* that start from *since*, or now, to before *until*, soonest first.

    Raises BadUserInput for more than 92 days or 500 slots.
    """
    if not 1 <= first <= MOST:
        message = f"first goes from 1 to {MOST} here; {first} was asked for."
        raise TooMany(message, limit=MOST, actual=first)
    if until is not None and until - (since or desk.now) > LONGEST_WINDOW:
        raise BadUserInput(f"A window lasts at most {LONGEST_WINDOW.days} days.")
    if since is None and until is None and first <= MOST_LISTED:
        return await desk.doors.known_slots.next_of(desk.reader, mentors, first=first, now=desk.now)
    return await slot_lists.of_mentors(
        desk.reader, mentors, now=desk.now, since=since, until=until, first=first
    )


def brought(
    desk: Desk, along: Sequence[NextSlots], *, first: int
) -> list[Lasting[SlotRow]] | Awaitable[list[Lasting[SlotRow]]]:
    """The *first* of what has been brought along with each of some mentors, which has as many."""
    texts = [each.keys if each.most == first else " ".join(each.keys.split()[:first]) for each in along]
    return desk.doors.known_slots.lists(desk.reader, texts)


async def availability_statuses(desk: Desk, mentors: Sequence[MentorRow]) -> list[AvailabilityStatus]:
    """Whether each of *mentors* can be booked at present."""
    found = await slot_lists.reach(desk.reader, [row.id for row in mentors], now=desk.now)
    return [
        availability_status(
            is_accepting=row.accepting_requests,
            is_away=found[row.id].is_away,
            has_open_slot=found[row.id].has_open_slot,
        )
        for row in mentors
    ]


async def near(desk: Desk, mentors: Sequence[Key], *, instant: datetime) -> dict[Key, list[SlotRow]]:
    """Up to three open slots of each of *mentors*, those nearest to *instant* that do not start then."""
    found = await slot_lists.around(desk.reader, mentors, near=instant, count=_ALTERNATIVES, now=desk.now)
    return {key: alternatives(rows, instant, _ALTERNATIVES) for key, rows in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list of slots is narrowed to; all that is given must hold. An empty list is what nothing is in."""

    mentor_ids: Sequence[Key] | None = None
    expertise_ids: Sequence[Key] | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    minimum_minutes: int | None = None


EVERY: Final = Filter()


async def browse(desk: Desk, filter: Filter, *, paging: Paging) -> Page[SlotRow]:
    """The open slots that *filter* leaves, soonest first. Raises BadUserInput, CursorInvalid."""
    values: dict[str, Any] = {
        "now": desk.now,
        "since": filter.since or ALWAYS,
        "until": filter.until or NEVER,
    }
    mentors = None if filter.mentor_ids is None else set(filter.mentor_ids)
    if filter.expertise_ids is not None:
        values["expertise"] = list(filter.expertise_ids)
        if mentors is None:
            mentors = await mentor_lists.with_expertise(desk.reader, filter.expertise_ids, most=_FEW)
    if mentors is not None:
        values["mentors"] = sorted(mentors)
    if filter.minimum_minutes is not None:
        # No slot is longer, and what is asked of the database stays within its calendar.
        longest = LONGEST_SLOT // timedelta(minutes=1)
        values["minimum_minutes"] = max(0, min(filter.minimum_minutes, longest))
    shape = Shape(**{name: name in values for name in Shape._fields})
    cursors = Cursors(desk.doors.secret, "slots", told_by(filter))
    return await page(desk, open_slots.listing(shape), paging, name="slots", cursors=cursors, **values)
