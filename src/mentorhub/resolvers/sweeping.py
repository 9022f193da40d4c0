"""Sweeping: what is over and nobody will ask for again: sessions, tokens, attempts, devices, mails, deliveries."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Final

from mentorhub.db import attempts, devices, mails, sessions, tokens, webhook_deliveries
from mentorhub.db.database import Transaction
from mentorhub.resolvers.desk import Doors
from mentorhub.rules.accounts import DEVICE_REMEMBERED
from mentorhub.rules.backing_off import REMEMBERED
from mentorhub.rules.webhooks import KEPT

MAILS_KEPT: Final = timedelta(days=7)
"""How long it can be told that a mail went, or why it did not."""


async def sweep(doors: Doors) -> int:
    """Removes some of what is over; how much."""
    now = doors.clock.now()
    sweeps: tuple[Callable[[Transaction], Awaitable[int]], ...] = (
        partial(sessions.sweep, now=now),
        partial(tokens.sweep_mailed, now=now),
        partial(tokens.sweep_access, now=now),
        partial(attempts.sweep, before=now - REMEMBERED),
        partial(devices.sweep, before=now - DEVICE_REMEMBERED),
        partial(mails.sweep, before=now - MAILS_KEPT),
        partial(webhook_deliveries.sweep, before=now - KEPT),
    )
    return sum([await doors.database.write(some) for some in sweeps])
