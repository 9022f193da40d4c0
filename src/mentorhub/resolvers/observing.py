"""How far behind the service is, for those who watch it: each figure with its name and what it says."""

import asyncio
from typing import Final

from mentorhub.db import mails
from mentorhub.live import Log
from mentorhub.resolvers.desk import Doors

Figure = tuple[str, str, float]
_PATIENCE: Final = 2.0


async def figures(doors: Doors, log: Log) -> list[Figure]:
    """Without those that cannot be told while the database is away."""
    told = [
        ("mentorhub_log_lag_seconds", "For how long the log has not been read to its end.", log.lag_seconds)
    ]
    try:
        async with asyncio.timeout(_PATIENCE):
            waiting = await mails.waiting(doors.database.reader)
    except Exception:  # noqa: BLE001 -- what can be told is worth telling without the rest
        return told
    age = (doors.clock.now() - waiting.since).total_seconds() if waiting.since else 0.0
    return [
        *told,
        ("mentorhub_mails_waiting", "Mails that are to go out.", waiting.number),
        ("mentorhub_oldest_mail_seconds", "For how long the oldest of them has waited.", max(0.0, age)),
    ]
