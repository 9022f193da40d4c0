"""Slots, and what each viewer sees of them."""

from collections.abc import Mapping, Sequence

from mentorhub.db import offering, slots
from mentorhub.db.locks import LockedMentor
from mentorhub.db.slots import SlotRow
from mentorhub.resolvers import mentors
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.rules.instants import NEVER
from mentorhub.rules.intervals import Spanning
from mentorhub.rules.keys import Key


async def by_keys(desk: Desk, keys: Sequence[Key]) -> dict[Key, SlotRow]:
    """Slots reached through something that the viewer sees."""
    return await slots.by_keys(desk.reader, keys, now=desk.now)


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, SlotRow]:
    """Those of *keys* whose mentor the viewer may see."""
    found = await slots.by_keys(desk.reader, keys, now=desk.now)
    seen = await mentors.visible(desk, [row.mentor_id for row in found.values()])
    return {key: row for key, row in found.items() if row.mentor_id in seen}


async def refresh(work: Work, mentor_id: Key, *, around: Spanning) -> None:
    """Tells the mentor's slots in and near *around* that their bookings there have changed.

    Who holds a slot, from when on it and those within the buffer are offered, and which slot is the mentor's next all
    follow from the bookings as this transaction sees them. Call it once for each time that was taken or freed, after
    the bookings are written. The mentor's row is locked before.
    """
    await offering.refresh(work.transaction, {mentor_id: around})
    await offering.set_next(work.transaction, [mentor_id], now=work.now)


async def refresh_taken(work: Work, locked: dict[Key, LockedMentor], taken: Mapping[Key, Spanning]) -> None:
    """The same after slots were taken as `taking.take` does it, one of each mentor, as far as that concerns any other.

    Only within the buffer are there others. A mentor's next slot is another one only if it was near: what is known of
    it in *locked* may change.
    """
    buffered = {key: one for key, one in taken.items() if locked[key].buffer_minutes}
    if buffered:
        await offering.refresh(work.transaction, buffered)
    nearing = []
    for key, one in taken.items():
        mentor, near = locked[key], one.starts_at
        if key in buffered:
            near -= offering.FARTHEST
        if near <= mentor.next_slot_at:
            nearing.append(key)
            locked[key] = mentor._replace(next_slot_at=NEVER)
    if nearing:
        await offering.set_next(work.transaction, nearing, now=work.now)
