"""Measures what administrators do with 300,000 bookings: each figure beside its bound, on both databases.

    .venv/bin/python -m benchmarks.administration [--postgresql URL] [--only sqlite]
    .venv/bin/python -m benchmarks.administration --postgresql URL --seeded NAME --file SEEDED.db

The URL is that of a server on which databases may be made; one from PyPI is brought up without it. It works on copies:
of what `mentorhub seed` makes for `benchmarks`, or of the database NAME and the file that are given. Exports and the
announcement are asked of `mentorhub serve`, a process of its own; the rest is asked in this one. Ends with status 1
where a bound is not kept.
"""

import argparse
import asyncio
import json
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from benchmarks.administering import (
    ACTIVITY,
    DASHBOARD,
    Administrator,
    browse_beside,
    database_milliseconds,
    milliseconds,
)
from benchmarks.databases import MENTORHUB, Size
from benchmarks.processes import Running, post
from sqlalchemy import func, select

from benchmarks import databases
from mentorhub.db import migrations, sessions
from mentorhub.db.opening import open_database
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.support import announcements
from mentorhub.house import House
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.rules.vocabulary import Role
from mentorhub.settings import Settings

EXPORT: Final = "mutation { exportBookings(input: {}) { url userErrors { code } } }"
POST: Final = """mutation { postAnnouncement(input: {
  kind: NEWS, title: "A measurement", body: "Of how long it takes to tell everybody.", notifyEveryone: true
}) { announcement { id } userErrors { code } } }"""


class Figure(NamedTuple):
    name: str
    value: float
    bound: float
    unit: str

    @property
    def is_kept(self) -> bool:
        return self.value <= self.bound


class _Key(NamedTuple):
    id: str


class _Number(NamedTuple):
    number: int


_SUPERADMIN: Final = Statement(select(users.c.id).where(users.c.role == Role.SUPERADMIN).limit(1), _Key)
_BOOKINGS: Final = Statement(select(func.count().label("number")).select_from(bookings), _Number)
_UNHEARD: Final = Statement(
    select(func.count().label("number"))
    .select_from(announcements)
    .where(announcements.c.notifies_everyone.is_(True), announcements.c.notified_at.is_(None)),
    _Number,
)


async def in_process(url: str, folder: Path, *, rounds: int, seconds: float) -> list[Figure]:
    settings = Settings(_env_file=None, database_url=url, jobs="off", **_places(folder))  # type: ignore[arg-type, call-arg]  # pydantic-settings takes them
    async with House(settings) as house:
        administrator = await Administrator.of(house)
        found = []
        for name, text in (("dashboard", DASHBOARD), ("activity", ACTIVITY)):
            asked = await administrator.statements_of(text)
            taken = await database_milliseconds(asked, url)
            found.append(Figure(f"{name}: database time of {len(asked)} statements", taken, 2, "ms"))
        await administrator.analytics()
        bound = 2000 if url.startswith("sqlite") else 1000
        taken = await milliseconds(administrator.analytics, times=5)
        found.append(Figure("analytics over a year", taken, bound, "ms"))
        alone, beside = await browse_beside(administrator, rounds=rounds, seconds=seconds)
        name = f"browse p95 {alone:.1f} ms; analytics beside add"
        found.append(Figure(name, (beside / alone - 1) * 100, 20, "%"))
    return found


def _places(folder: Path) -> dict[str, str]:
    return {
        "mail_url": f"file:{folder / 'mail'}",
        "media_url": f"file:{folder / 'media'}",
        "secret": "a secret of the benchmark, long enough",
        "rate_limits": "off",
    }


async def served(url: str, folder: Path) -> list[Figure]:
    """Export and announcement, asked of a server of its own."""
    token = await _signed_in(url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {f"MENTORHUB_{name.upper()}": value for name, value in _places(folder).items()}
    own |= {"MENTORHUB_DATABASE_URL": url, "MENTORHUB_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    command = (MENTORHUB, "serve", "--port", str(port))
    with Running(command, environment=own, folder=folder, log=folder / "server.log", port=port) as running:
        await asyncio.to_thread(running.wait_until_ready)
        await asyncio.to_thread(running.settle, lambda: True)
        exported = await _exported(url, port, token, running.pids[0])
        return [*exported, *await _announced(url, port, token)]


async def _exported(url: str, port: int, token: str, pid: int) -> list[Figure]:
    link = (await _mutated(port, token, EXPORT))["url"]
    started = time.perf_counter()
    lines = await asyncio.to_thread(_download, port, urlsplit(link).path)
    taken = time.perf_counter() - started
    expected = await _number(url, _BOOKINGS)
    assert lines == expected + 1, f"{lines} lines of {expected} bookings"
    return [
        Figure(f"export of {expected:,} bookings", taken, 60, "s"),
        Figure("memory of the server, at its most", _peak_megabytes(pid), 150, "MB"),
    ]


def _peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _download(port: int, path: str) -> int:
    """How many rows it has, the header's too: texts break their lines without carriage returns."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    lines = 0
    while piece := answer.read(65536):
        lines += piece.count(b"\r")
    connection.close()
    return lines


async def _announced(url: str, port: int, token: str) -> list[Figure]:
    started = time.perf_counter()
    await _mutated(port, token, POST)
    answered = time.perf_counter() - started
    while await _number(url, _UNHEARD) and time.perf_counter() - started < 600:  # noqa: ASYNC110 -- another process
        await asyncio.sleep(0.25)
    everybody = time.perf_counter() - started
    return [
        Figure("postAnnouncement answers", answered * 1000, 100, "ms"),
        Figure("everybody is notified", everybody, 60, "s"),
    ]


def _body(text: str) -> bytes:
    return json.dumps({"query": text}).encode()


async def _mutated(port: int, token: str, text: str) -> Any:
    status, answer = await asyncio.to_thread(post, port, _body(text), token)
    assert status == 200, answer
    [payload] = json.loads(answer)["data"].values()
    assert payload["userErrors"] == [], payload
    return payload


async def _signed_in(url: str) -> str:
    """The token of a superadmin's new session."""
    database, token, now = await open_database(url), new_secret(), datetime.now(UTC)
    found = await database.reader.one(_SUPERADMIN)
    assert found is not None, "the database has no superadmin"
    row = sessions.new(
        user_id=found.id, at=now, expires_at=now + timedelta(days=1), user_agent=None, ip_address=None
    )
    await database.write(partial(sessions.add, row=row, token_hash=hashed(token)))
    await database.close()
    return token


async def _number(url: str, statement: Statement[_Number]) -> int:
    database = await open_database(url)
    try:
        found = await database.reader.one(statement)
        return found.number if found else 0
    finally:
        await database.close()


@asynccontextmanager
async def copied(url: str, folder: Path) -> AsyncIterator[str]:
    """A copy of a database, up to date, which goes away afterwards."""
    async with AsyncExitStack() as stack:
        if url.startswith("sqlite"):
            copy = f"sqlite:///{folder / 'copy.db'}"
            await asyncio.to_thread(_copy_file, url.removeprefix("sqlite:///"), str(folder / "copy.db"))
        else:
            name = f"administration_{new_secret()[:8].lower().replace('-', '_')}"
            server, source = urlunsplit(urlsplit(url)._replace(path="/postgres")), urlsplit(url).path[1:]
            await _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
            stack.push_async_callback(_execute, server, f'DROP DATABASE "{name}" WITH (FORCE)')
            copy = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        await asyncio.to_thread(migrations.upgrade, copy)
        if not copy.startswith("sqlite"):
            await _execute(copy, "VACUUM ANALYZE")
        yield copy


def _copy_file(source: str, target: str) -> None:
    import sqlite3  # not before the service, which settles how the library keeps its memory

    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as given, sqlite3.connect(target) as taken:
        given.backup(taken)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def measured(title: str, url: str, *, rounds: int, seconds: float) -> list[Figure]:
    print(f"\n{title:<56}{'measured':>14}{'at most':>12}", flush=True)
    with tempfile.TemporaryDirectory(prefix="mentorhub-bench-") as name:
        folder = Path(name)
        async with copied(url, folder) as copy:
            inside = await in_process(copy, folder, rounds=rounds, seconds=seconds)
            show(inside)
            outside = await served(copy, folder)
            show(outside)
            return [*inside, *outside]


def show(figures: list[Figure]) -> None:
    for each in figures:
        mark = "" if each.is_kept else "   not kept"
        value, bound = f"{each.value:,.1f} {each.unit}", f"{each.bound:,g} {each.unit}"
        print(f"{each.name:<56}{value:>14}{bound:>12}{mark}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--postgresql", metavar="URL")
    parser.add_argument("--seeded", metavar="NAME", help="a seeded database on that server")
    parser.add_argument("--file", metavar="PATH", help="a seeded SQLite file")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to browse at a time")
    given = parser.parse_args()
    figures: list[Figure] = []
    if given.only != "postgresql":
        url = f"sqlite:///{given.file}" if given.file else databases.ready_sqlite(Size())
        figures += asyncio.run(measured("SQLite", url, rounds=given.rounds, seconds=given.seconds))
    if given.only != "sqlite":
        with databases.postgresql_server(given.postgresql) as server:
            named = urlunsplit(urlsplit(server)._replace(path=f"/{given.seeded}"))
            url = named if given.seeded else databases.ready_postgresql(server, Size())
            figures += asyncio.run(measured("PostgreSQL", url, rounds=given.rounds, seconds=given.seconds))
    return 0 if all(each.is_kept for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
