"""Who asks in the benchmark, and for what: found in the seeded database, signed in, the same for every server."""

import asyncio
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import asyncpg
from benchmarks.operations import Ask, Crowd

from mentorhub.db.keys import new_key
from mentorhub.rules.secrets import hashed

_MENTEES: Final = """
    SELECT bookings.mentee_id AS id FROM bookings GROUP BY bookings.mentee_id
    ORDER BY count(*) DESC, bookings.mentee_id LIMIT 200
"""
_MENTORS: Final = "SELECT id FROM mentors WHERE is_public ORDER BY applied_at, id LIMIT 500"
_ADMIN: Final = "SELECT id FROM users WHERE role = 'SUPERADMIN' ORDER BY id LIMIT 1"
# One slot a mentor and day, well inside it, so that no request's buffer reaches another's slot.
_SLOTS: Final = """
    SELECT id FROM (
        SELECT DISTINCT ON (mentor_id, date_trunc('day', starts_at AT TIME ZONE 'UTC')) id FROM slots
        WHERE status = 'OPEN' AND offered_from <= $1 AND offered_until >= $2
        AND extract(hour FROM starts_at AT TIME ZONE 'UTC') BETWEEN 3 AND 20
        ORDER BY mentor_id, date_trunc('day', starts_at AT TIME ZONE 'UTC'), starts_at
    ) AS found ORDER BY md5(id::text)
"""
# Whoever has nothing under way can ask for anything.
_FREE: Final = """
    SELECT id FROM users WHERE email_verified_at IS NOT NULL AND status = 'ACTIVE' AND role = 'MEMBER'
    AND NOT EXISTS (SELECT FROM mentors WHERE mentors.user_id = users.id)
    AND NOT EXISTS (
        SELECT FROM bookings WHERE bookings.mentee_id = users.id AND bookings.status IN ('PENDING', 'CONFIRMED')
    )
    ORDER BY md5(id::text)
"""
_SESSION: Final = ("id", "user_id", "token_hash", "created_at", "last_used_at", "expires_at")
_STAY: Final = timedelta(days=2)
_AHEAD: Final = timedelta(hours=3)
"""For so long the slots stay on offer."""


def token_of(key: Any) -> str:
    """The token with which the user with *key* is signed in here."""
    return sha256(f"benchmark {key}".encode()).hexdigest()


def gather(url: str) -> Crowd:
    """Signs everybody in who is to ask, in place of those who were."""
    return _from_sqlite(url) if url.startswith("sqlite") else asyncio.run(_from_postgresql(url))


async def _from_postgresql(url: str) -> Crowd:
    now = datetime.now(UTC)
    connection = await asyncpg.connect(url)

    async def keys(text: str, *values: Any) -> list[str]:
        return [str(row[0]) for row in await connection.fetch(text, *values)]

    try:
        mentees, [admin], mentors = await keys(_MENTEES), await keys(_ADMIN), await keys(_MENTORS)
        slots, free = await keys(_SLOTS, now, now + _AHEAD), await keys(_FREE)
        pairs = list(zip(free, slots, strict=False))
        await connection.execute("TRUNCATE sessions")
        rows = _sessions([*mentees, admin, *(key for key, _ in pairs)], now)
        await connection.copy_records_to_table("sessions", records=rows, columns=list(_SESSION))
        await connection.execute("VACUUM ANALYZE sessions")
    finally:
        await connection.close()
    asks = [Ask(token_of(key), slot) for key, slot in pairs]
    return Crowd([token_of(key) for key in mentees], token_of(admin), mentors, asks)


def _from_sqlite(url: str) -> Crowd:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        found = [[row[0] for row in connection.execute(text)] for text in (_MENTEES, _ADMIN, _MENTORS)]
        mentees, [admin], mentors = found
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM sessions")
        connection.executemany(
            f"INSERT INTO sessions ({', '.join(_SESSION)}) VALUES (?, ?, ?, ?, ?, ?)",
            [
                tuple(_text(value) if isinstance(value, datetime) else value for value in row)
                for row in _sessions([*mentees, admin], datetime.now(UTC))
            ],
        )
        connection.execute("COMMIT")
    finally:
        connection.close()
    return Crowd([token_of(key) for key in mentees], token_of(admin), mentors, ())


def _sessions(keys: Sequence[str], now: datetime) -> list[tuple[Any, ...]]:
    return [(new_key(), key, hashed(token_of(key)), now, now, now + _STAY) for key in dict.fromkeys(keys)]


def _text(value: datetime) -> str:
    return value.isoformat(timespec="microseconds")[:26] + "Z"
