"""Slots, and what each viewer sees of them."""

from collections.abc import Mapping, Sequence

from mentorhub.db import slots
from mentorhub.db.slots import SlotRow
from mentorhub.resolvers import mentors
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.keys import Key


async def by_keys(desk: Desk, keys: Sequence[Key]) -> dict[Key, SlotRow]:
    """Slots reached through something that the viewer sees."""
    return await slots.by_keys(desk.reader, keys)


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, SlotRow]:
    """Those of *keys* whose mentor the viewer may see."""
    found = await slots.by_keys(desk.reader, keys)
    seen = await mentors.visible(desk, [row.mentor_id for row in found.values()])
    return {key: row for key, row in found.items() if row.mentor_id in seen}
