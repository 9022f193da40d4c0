"""Reading the log on from a kept place: what is done with facts is done once, with the place, or not at all."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from mentorhub.db import facts, log_readers
from mentorhub.db.database import Violated
from mentorhub.db.facts import FactRow
from mentorhub.resolvers.desk import Desk, Doors, Work

_SOME: Final = 200

Act = Callable[[Work, Sequence[FactRow]], Awaitable[None]]


async def read_on(doors: Doors, reader: str, act: Act) -> int:
    """Has *act* do what *reader* (see `db.log_readers`) does with the next facts; how many there were."""
    try:
        return await Desk(doors, None, doors.clock.now()).do(_read_on, reader, act)
    except Violated:
        # Another process has begun at the same time.
        return 0


async def _read_on(work: Work, reader: str, act: Act) -> int:
    place = await log_readers.claim(work.transaction, reader)
    if place is None:
        return 0
    found = (await facts.after(work.transaction, place, limit=_SOME)).facts
    if found:
        await act(work, found)
        await log_readers.move(work.transaction, reader, found[-1].place)
    return len(found)
