"""The sandbox's clock: moved by integrators, to see reminders and expiry come; the same for every process."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Final

from mentorhub.db import clock
from mentorhub.resolvers.desk import Doors
from mentorhub.rules.refusals import Invalid

_log: Final = logging.getLogger("mentorhub.sandbox")
_LOOK_EVERY: Final = 0.5
"""Seconds after which a process sees that another has moved the clock."""
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


async def move_clock(doors: Doors, to: datetime) -> datetime:
    """Sets the clock, which ticks on from *to*; it may go back. Raises Invalid beyond the years 2000 to 2199."""
    if not _EARLIEST <= to < _LATEST:
        raise Invalid("The clock goes from the year 2000 to 2199.", field="now")
    by = to - datetime.now(UTC)
    await doors.database.write(lambda transaction: clock.move(transaction, by=by))
    doors.clock.offset = by
    return doors.clock.now()


async def follow_clock(doors: Doors) -> None:
    """Keeps this process's clock where any process has put it; ends when cancelled."""
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        try:
            doors.clock.offset = await clock.offset(doors.database.reader)
        except Exception:  # noqa: BLE001 -- logged whole; the next look may see it
            _log.exception("the sandbox's clock could not be read")
