"""Availability: the blocks of time that mentors offer, and what becomes of their slots."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from mentorhub.db import availability
from mentorhub.db.availability import AvailabilityRow
from mentorhub.db.keys import new_key
from mentorhub.db.mentors import MentorRow
from mentorhub.resolvers import mentors
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.resolvers.profiles import own
from mentorhub.resolvers.rebuilding import rebuild
from mentorhub.rules import zones
from mentorhub.rules.availability import checked_block
from mentorhub.rules.blocks import Block, DatedBlock, WeeklyBlock
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import NotFound
from mentorhub.rules.vocabulary import Weekday


class WeeklyRow(AvailabilityRow):
    """A block of every week."""

    __slots__ = ()


class DatedRow(AvailabilityRow):
    """A block of one date."""

    __slots__ = ()


class Changed(NamedTuple):
    """A block that was added or removed, and its mentor since."""

    block: AvailabilityRow
    mentor: MentorRow


async def weekly_visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, AvailabilityRow]:
    """Those of *keys* that are weekly blocks of the viewer; all weekly ones for administrators."""
    return {key: row for key, row in (await _visible(desk, keys)).items() if isinstance(row, WeeklyRow)}


async def dated_visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, AvailabilityRow]:
    """Those of *keys* that are blocks of one date of the viewer; all such for administrators."""
    return {key: row for key, row in (await _visible(desk, keys)).items() if isinstance(row, DatedRow)}


async def _visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, AvailabilityRow]:
    if desk.viewer is None:
        return {}
    found = await availability.blocks_by_keys(desk.reader, keys)
    kept = await mentors.kept_by_viewer(desk, [row.mentor_id for row in found.values()])
    return {key: _typed(row) for key, row in found.items() if row.mentor_id in kept}


async def of_mentors(desk: Desk, keys: Sequence[Key]) -> dict[Key, list[AvailabilityRow]]:
    """The blocks of mentors, weekly ones first."""
    found = await availability.blocks_of(desk.reader, keys)
    return {key: sorted(map(_typed, rows), key=_place) for key, rows in found.items()}


def _typed(row: AvailabilityRow) -> AvailabilityRow:
    return (WeeklyRow if row.day is None else DatedRow)(*row)


def _place(row: AvailabilityRow) -> tuple[date, int, int]:
    return row.day or date.min, row.weekday or 0, row.start_minute


async def add_weekly(
    work: Work,
    *,
    weekday: Weekday,
    start_minute: int,
    end_minute: int,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Changed:
    """Offers a time of every week, from the mentor's today on unless another date is given."""
    mentor = await own(work)
    first = valid_from or _today(work, mentor)
    return await _add(work, mentor, WeeklyBlock(weekday.number, start_minute, end_minute, first, valid_until))


async def add_dated(work: Work, *, day: date, start_minute: int, end_minute: int) -> Changed:
    """Offers a time of one date."""
    return await _add(work, await own(work), DatedBlock(day, start_minute, end_minute))


async def _add(work: Work, mentor: MentorRow, block: Block) -> Changed:
    existing = (await availability.blocks_of(work.transaction, [mentor.id]))[mentor.id]
    block = checked_block(block, (row.block for row in existing), today=_today(work, mentor))
    row = _row(mentor, block)
    await availability.add_blocks(work.transaction, [row])
    return Changed(_typed(row), await _rebuilt(work, mentor))


async def remove(work: Work, *, weekly_id: Key, dated_id: Key) -> Changed:
    """Takes a block back: its open slots go at once, the booked ones stand. One of the two keys is a block's."""
    mentor = await own(work)
    found = await availability.blocks_by_keys(work.transaction, [weekly_id, dated_id])
    kept = [_typed(row) for row in found.values() if row.mentor_id == mentor.id]
    named = [row for row in kept if row.id == (weekly_id if isinstance(row, WeeklyRow) else dated_id)]
    if not named:
        raise NotFound(field="availability_id")
    await availability.remove_blocks(work.transaction, [named[0].id])
    return Changed(named[0], await _rebuilt(work, mentor))


async def replace_week(work: Work, *, blocks: Sequence[WeeklyBlock]) -> MentorRow:
    """Makes *blocks* all that the viewer offers weekly, in one change."""
    mentor = await own(work)
    existing = (await availability.blocks_of(work.transaction, [mentor.id]))[mentor.id]
    standing = [row.block for row in existing if row.day is not None]
    for block in blocks:
        standing.append(checked_block(block, standing, today=_today(work, mentor)))
    await availability.remove_blocks(work.transaction, [row.id for row in existing if row.day is None])
    await availability.add_blocks(work.transaction, [_row(mentor, block) for block in blocks])
    return await _rebuilt(work, mentor)


def _row(mentor: MentorRow, block: Block) -> AvailabilityRow:
    weekly = block if isinstance(block, WeeklyBlock) else None
    return AvailabilityRow(
        id=new_key(),
        mentor_id=mentor.id,
        weekday=weekly.weekday if weekly else None,
        day=block.day if isinstance(block, DatedBlock) else None,
        start_minute=block.start_minute,
        end_minute=block.end_minute,
        valid_from=weekly.valid_from if weekly else None,
        valid_until=weekly.valid_until if weekly else None,
    )


def _today(work: Work, mentor: MentorRow) -> date:
    return zones.today(zones.zone(mentor.timezone), now=work.now)


async def _rebuilt(work: Work, mentor: MentorRow) -> MentorRow:
    await rebuild(work, mentor.id)
    return (await mentors.fresh(work, [mentor.id]))[mentor.id]
