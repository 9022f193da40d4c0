"""How far behind the service is, for those who watch it: each figure with its name and what it says."""

import asyncio
from datetime import datetime
from typing import Final

from mentorhub.db import mails, webhook_deliveries
from mentorhub.live import Log
from mentorhub.resolvers.desk import Doors

Figure = tuple[str, str, float]
_PATIENCE: Final = 2.0


async def figures(doors: Doors, log: Log) -> list[Figure]:
    """Without those that cannot be told while the database is away."""
    told = [
        ("mentorhub_log_lag_seconds", "For how long the log has not been read to its end.", log.lag_seconds)
    ]
    now = doors.clock.now()
    try:
        async with asyncio.timeout(_PATIENCE):
            waiting = await mails.waiting(doors.database.reader)
            calls = await webhook_deliveries.waiting(doors.database.reader, now=now)
    except Exception:  # noqa: BLE001 -- what can be told is worth telling without the rest
        return told
    return [
        *told,
        ("mentorhub_mails_waiting", "Mails that are to go out.", waiting.number),
        (
            "mentorhub_oldest_mail_seconds",
            "For how long the oldest of them has waited.",
            _age(waiting.since, now),
        ),
        ("mentorhub_webhooks_waiting", "Deliveries to webhooks that are to be made.", calls.number),
        (
            "mentorhub_webhooks_lag_seconds",
            "For how long the first of them that is due has been.",
            _age(calls.due_since, now),
        ),
    ]


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
