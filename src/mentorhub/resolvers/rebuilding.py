"""Slots follow what they are made of: rebuilt when a mentor changes it, cut further as the clock goes on."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from mentorhub.db import availability, cutting, locks, offering
from mentorhub.db.cutting import MentorCut, StandingRow
from mentorhub.resolvers.desk import Desk, Doors, Work
from mentorhub.rules import rebuilding, zones
from mentorhub.rules.facts import Fact, QuietKind
from mentorhub.rules.keys import Key
from mentorhub.rules.rebuilding import Changes
from mentorhub.rules.slots import slots_between
from mentorhub.rules.vocabulary import BookingStatus

_MENTORS_AT_ONCE: Final = 5
_LOOKS_AT_ONCE: Final = 100


async def rebuild(work: Work, mentor_id: Key) -> None:
    """Makes the mentor's slots what availability, time off, rules, status and bookings say, now and to the horizon.

    Only what changed is written. Call it after all of that is written, in the same transaction, with the mentor locked.
    """
    [mentor] = await cutting.cuts(work.transaction, [mentor_id])
    rows = await cutting.standing(work.transaction, [mentor_id], since=work.now)
    found = await _found(work, [mentor], rows, since=work.now)
    await cutting.apply(work.transaction, found)
    await offering.set_next(work.transaction, [mentor_id], now=work.now)
    [(_, changes)] = found
    if any(changes):
        actor_id = work.viewer.user_id if work.viewer else None
        work.tell(
            Fact(QuietKind.SLOTS_CHANGED, ("Mentor", mentor_id), actor_id=actor_id, mentor_id=mentor_id)
        )


async def cut_further(doors: Doors) -> int:
    """Cuts the slots that the horizon comes near to, of some mentors; how many mentors.

    Where the clock has gone back since they were cut, all of a mentor's slots are rebuilt.
    """
    desk = Desk(doors, None, doors.clock.now())
    gone_back = rebuilding.latest_cut_again_at(desk.now)
    due = await cutting.due(desk.reader, now=desk.now, gone_back=gone_back, limit=_MENTORS_AT_ONCE)
    if due:
        await desk.do(_cut_further, due=due)
    return len(due)


async def _cut_further(work: Work, *, due: Sequence[Key]) -> None:
    await locks.mentors_rows(work.transaction, due)
    mentors = await cutting.cuts(work.transaction, due)
    gone_back = rebuilding.latest_cut_again_at(work.now)
    for mentor in mentors:
        if mentor.cut_again_at and mentor.cut_again_at > gone_back:
            await rebuild(work, mentor.id)
    ahead = [mentor for mentor in mentors if mentor.cut_again_at and mentor.cut_again_at <= work.now]
    if not ahead:
        return
    keys = [mentor.id for mentor in ahead]
    since = min(mentor.cut_until or work.now for mentor in ahead)
    rows = await cutting.standing(work.transaction, keys, since=since)
    # Nobody is told: what comes is not offered yet.
    await cutting.apply(work.transaction, await _found(work, ahead, rows, since=since, goes_on=True))
    await offering.set_next(work.transaction, keys, now=work.now)


async def look_again(doors: Doors) -> int:
    """Finds the next slots of mentors whose kept one may be another by now, of some of them; how many mentors."""
    desk = Desk(doors, None, doors.clock.now())
    stale = await cutting.stale(desk.reader, now=desk.now, limit=_LOOKS_AT_ONCE)
    if stale:
        await desk.do(_look_again, stale=stale)
    return len(stale)


async def _look_again(work: Work, *, stale: Sequence[Key]) -> None:
    await locks.mentors_rows(work.transaction, stale)
    await offering.set_next(work.transaction, stale, now=work.now)


async def _found(
    work: Work,
    mentors: Sequence[MentorCut],
    rows: Iterable[StandingRow],
    *,
    since: datetime,
    goes_on: bool = False,
) -> list[tuple[Key, Changes]]:
    """What there is to do for each of *mentors*, whose *rows* after *since* are given; how far it goes is kept.

    What *goes_on* is cut from where the last cutting ended, else from now on.
    """
    keys = [mentor.id for mentor in mentors]
    blocks = await availability.blocks_of(work.transaction, keys)
    time_off = await availability.time_off_of(work.transaction, keys, now=work.now)
    bookings = await cutting.holders(work.transaction, keys, since=since)
    rows_of = {key: list(group) for key, group in groupby(rows, attrgetter("mentor_id"))}
    found, cuts = [], []
    for mentor in mentors:
        start = max(work.now, mentor.cut_until or work.now) if goes_on else work.now
        until = rebuilding.cut_until(work.now, mentor.rules)
        offers = mentor.is_offering and bool(blocks[mentor.id])
        slots = slots_between(
            start,
            until,
            blocks=[row.block for row in blocks[mentor.id]] if offers else [],
            time_off=time_off[mentor.id],
            zone=zones.zone(mentor.timezone),
            rules=mentor.rules,
        )
        own = [booking for booking in bookings if booking.mentor_id == mentor.id]
        wanted = rebuilding.wanted(
            slots,
            mentor.rules,
            pending=[booking for booking in own if booking.status is BookingStatus.PENDING],
            booked=[booking for booking in own if booking.status is BookingStatus.CONFIRMED],
        )
        standing = rows_of.get(mentor.id, [])
        if goes_on:
            standing = [row for row in standing if row.starts_at >= start]
        found.append((mentor.id, rebuilding.changes(standing, wanted)))
        cuts.append((mentor.id, until, rebuilding.cut_again_at(work.now, mentor.id) if offers else None))
    await cutting.set_cuts(work.transaction, cuts)
    return found
