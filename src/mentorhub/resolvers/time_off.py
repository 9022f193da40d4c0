"""Time off: a time without slots, whatever the availability says."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from mentorhub.db import availability
from mentorhub.db.availability import TimeOffRow
from mentorhub.db.bookings import BookingRow
from mentorhub.db.keys import new_key
from mentorhub.resolvers import mentors
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.resolvers.profiles import own
from mentorhub.resolvers.rebuilding import rebuild
from mentorhub.rules.availability import checked_time_off
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import NotFound


class Added(NamedTuple):
    """A time off, and the bookings inside it, which stand until they are cancelled, soonest first."""

    time_off: TimeOffRow
    affected_bookings: list[BookingRow]


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, TimeOffRow]:
    """Those of *keys* that are the viewer's; all for administrators."""
    if desk.viewer is None:
        return {}
    found = await availability.time_off_by_keys(desk.reader, keys)
    kept = await mentors.kept_by_viewer(desk, [row.mentor_id for row in found.values()])
    return {key: row for key, row in found.items() if row.mentor_id in kept}


async def of_mentors(desk: Desk, keys: Sequence[Key]) -> dict[Key, list[TimeOffRow]]:
    """The time off of mentors that has not ended, soonest first."""
    return await availability.time_off_of(desk.reader, keys, now=desk.now)


async def add(work: Work, *, starts_at: datetime, ends_at: datetime, note: str | None = None) -> Added:
    """Closes the viewer's open slots from one instant to the other."""
    mentor = await own(work)
    existing = (await availability.time_off_of(work.transaction, [mentor.id], now=work.now))[mentor.id]
    note = checked_time_off(starts_at, ends_at, note, existing=len(existing), now=work.now)
    row = TimeOffRow(new_key(), mentor.id, starts_at, ends_at, note)
    await availability.add_time_off(work.transaction, row)
    await rebuild(work, mentor.id)
    return Added(row, await availability.bookings_inside(work.transaction, row, now=work.now))


async def remove(work: Work, *, time_off_id: Key) -> TimeOffRow:
    """Opens the slots again that the availability has there."""
    mentor = await own(work)
    found = (await availability.time_off_by_keys(work.transaction, [time_off_id])).get(time_off_id)
    if found is None or found.mentor_id != mentor.id:
        raise NotFound(field="time_off_id")
    await availability.remove_time_off(work.transaction, time_off_id)
    await rebuild(work, mentor.id)
    return found
