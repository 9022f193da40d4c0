"""A minute of mixed traffic, against servers as they are run: browsing, requests, answers, moves and cancels.

    .venv/bin/python -m benchmarks.mixed_traffic [--seconds 60] [--clients 16] [--postgresql URL]

Two server processes on one PostgreSQL, then one on SQLite: the same invented platform, the same clients. Prints
throughput and latency of each kind of operation, counts every answer that is a fault, and afterwards recounts all that
is kept and replays the log. Ends with status 1 where anything was wrong.
"""

import argparse
import asyncio
import os
import random
import socket
import statistics
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final, NamedTuple
from uuid import uuid4

import asyncpg
import orjson
from sqlalchemy import select
from tests.recount import faults

from mentorhub.db import migrations, sessions
from mentorhub.db.database import Database
from mentorhub.db.opening import open_database
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.keys import Key
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.seeding.loading import seed
from mentorhub.seeding.platform import Size

MENTORHUB: Final = str(Path(sys.executable).with_name("mentorhub"))
SIZE: Final = Size(mentors=60, users=400, bookings=3000)
FAULTS: Final = {"INTERNAL", "UNAVAILABLE", "TIMEOUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}

BROWSE: Final = """
query { mentors(first: 20) { nodes {
  id name bio rating { average count } expertise { name } nextSlot { startsAt } slots(first: 5) { id startsAt }
} } }
"""
OWN: Final = """
query { viewer { bookingCounts { all pending } bookings(first: 20) { nodes {
  id status startsAt topic viewerCan mentor { id name } mentee { name }
} } } }
"""
DASHBOARD: Final = """
query { viewer { mentorDashboard {
  totalSessions responseRate completionRate responseHours pendingRequests upcomingSessions { id startsAt topic }
} } }
"""
HISTORY: Final = (
    "query ($id: ID!) { booking(id: $id) { status history { status occurredAt actor { name } } } }"
)


def mutation(name: str) -> str:
    kind = name[0].upper() + name[1:]
    return (
        f"mutation ($input: {kind}Input!) {{ {name}(input: $input) "
        "{ booking { id status } userErrors { code } } }"
    )


@dataclass
class Measured:
    """What was answered: how long each kind took, and how often each code came."""

    times: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Wire:
    """One connection that is kept open, so that the client costs as little as it can."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes, token: str | None) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        bearer = f"Authorization: Bearer {token}\r\n" if token else ""
        writer.write(
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\n{bearer}Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        return int(head.split(b" ", 2)[1]), await reader.readexactly(length)

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()


@dataclass
class Person:
    token: str
    is_mentor: bool


class Client:
    """Somebody in front of a screen: looks, asks, answers, and changes their mind."""

    def __init__(self, port: int, people: list[Person], measured: Measured, number: int) -> None:
        self._wire = Wire(port)
        self._people = people
        self._measured = measured
        self._chance = random.Random(number)
        self._seen: list[dict[str, Any]] = []
        self._slots: list[str] = []

    async def use(self, until: float) -> None:
        while perf_counter() < until:
            person = self._chance.choice(self._people)
            step = self._chance.choices(
                (self.browse, self.look, self.ask, self.answer, self.change), (35, 25, 15, 15, 10)
            )
            await step[0](person)
        self._wire.close()

    async def browse(self, person: Person) -> None:
        data = await self.do("browse", BROWSE, None)
        found = data["mentors"]["nodes"] if data.get("mentors") else []
        self._slots = [slot["id"] for mentor in found for slot in mentor["slots"]]

    async def look(self, person: Person) -> None:
        if person.is_mentor and self._chance.random() < 0.3:
            await self.do("dashboard", DASHBOARD, person)
            return
        data = await self.do("own bookings", OWN, person)
        self._seen = data["viewer"]["bookings"]["nodes"] if data.get("viewer") else []
        if self._seen:
            await self.do("history", HISTORY, person, id=self._chance.choice(self._seen)["id"])

    async def ask(self, person: Person) -> None:
        if self._slots:
            slot = self._chance.choice(self._slots)
            await self.do(
                "request", mutation("requestBooking"), person, input={"slotId": slot, "topic": "How to begin"}
            )

    async def answer(self, person: Person) -> None:
        await self.look(person)
        for booking in self._seen:
            if "CONFIRM" in booking["viewerCan"]:
                name, more = self._chance.choice(
                    (("confirmBooking", {}), ("declineBooking", {"reason": "No time that week"}))
                )
                await self.do("answer", mutation(name), person, input={"bookingId": booking["id"], **more})
                return

    async def change(self, person: Person) -> None:
        await self.look(person)
        for booking in self._seen:
            if "RESCHEDULE" in booking["viewerCan"] and self._chance.random() < 0.5 and self._slots:
                where = {"bookingId": booking["id"], "slotId": self._chance.choice(self._slots)}
                await self.do("move", mutation("rescheduleBooking"), person, input=where)
                return
            if "CANCEL" in booking["viewerCan"]:
                why = {"bookingId": booking["id"], "reason": "Something came up"}
                await self.do("cancel", mutation("cancelBooking"), person, input=why)
                return

    async def do(self, kind: str, text: str, person: Person | None, **variables: Any) -> Any:
        body = orjson.dumps({"query": text, "variables": variables})
        start = perf_counter()
        status, said = await self._wire.post(body, person.token if person else None)
        self._measured.times[kind].append(perf_counter() - start)
        answer = orjson.loads(said)
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        data = answer.get("data") or {}
        for payload in data.values():
            codes += [error["code"] for error in (payload or {}).get("userErrors", [])]
        self._measured.codes.update(codes or ["OK"])
        if status >= 500 or FAULTS & set(codes):
            self._measured.faults.append(f"{kind}: {status} {said[:200]!r}")
        return data


class _Named(NamedTuple):
    id: Key


_OWNERS: Final = Statement(select(mentors.c.user_id.label("id")), _Named)
_USERS: Final = Statement(select(users.c.id), _Named)


async def sign_in(database: Database, count: int) -> list[Person]:
    """Sessions for mentors and for users of the invented platform, as signing in would make them."""
    owners = {row.id for row in await database.reader.all(_OWNERS)}
    everybody = [row.id for row in await database.reader.all(_USERS)]
    chosen = [*owners, *(key for key in everybody if key not in owners)][:count]
    now, people = datetime.now(UTC), []
    for key in chosen:
        token = new_secret()
        row = sessions.new(
            user_id=key, at=now, expires_at=now + timedelta(days=1), user_agent=None, ip_address=None
        )
        await database.write(partial(sessions.add, row=row, token_hash=hashed(token)))
        people.append(Person(token, key in owners))
    return people


@asynccontextmanager
async def serving(url: str, folder: Path, processes: int) -> AsyncIterator[list[int]]:
    """The ports of as many servers, each a process."""
    ports, running = [], []
    secret = new_secret()
    with (folder / "servers.log").open("ab") as log:
        try:
            for _ in range(processes):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", 0))
                    port = probe.getsockname()[1]
                own = {name: value for name, value in os.environ.items() if not name.startswith("MENTORHUB_")}
                own |= {
                    "MENTORHUB_DATABASE_URL": url,
                    "MENTORHUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
                    "MENTORHUB_RATE_LIMITS": "off",
                    "MENTORHUB_SECRET": secret,
                }
                command = (MENTORHUB, "serve", "--port", str(port))
                running.append(
                    await asyncio.create_subprocess_exec(
                        *command, cwd=folder, env=own, stdout=log, stderr=log
                    )
                )
                ports.append(port)
            for port in ports:
                await _ready(port)
            yield ports
        finally:
            for process in running:
                process.terminate()
            for process in running:
                await process.wait()


async def _ready(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                ready = b" 200 " in await reader.readline()
                writer.close()
                if ready:
                    return
            except OSError:
                pass
            await asyncio.sleep(0.1)


async def run(title: str, url: str, folder: Path, *, processes: int, clients: int, seconds: float) -> bool:
    """Prints what was measured; whether nothing was wrong."""
    await asyncio.to_thread(migrations.upgrade, url)
    await seed(url, SIZE)
    database = await open_database(url)
    people = await sign_in(database, 200)
    measured = Measured()
    async with serving(url, folder, processes) as ports:
        warm = [
            Client(port, people, Measured(), number).use(perf_counter() + 2)
            for number, port in enumerate(ports)
        ]
        await asyncio.gather(*warm)
        until = perf_counter() + seconds
        start = perf_counter()
        crowd = [Client(ports[number % processes], people, measured, number) for number in range(clients)]
        async with asyncio.TaskGroup() as group:
            for client in crowd:
                group.create_task(client.use(until))
        took = perf_counter() - start
    wrong = await faults(database, now=datetime.now(UTC))
    await database.close()
    report(title, measured, took)
    for line in (*measured.faults[:10], *wrong[:10]):
        print("  wrong:", line)
    print(f"  {len(measured.faults)} faults; {len(wrong)} things that do not add up")
    return not measured.faults and not wrong


def report(title: str, measured: Measured, took: float) -> None:
    every = [time for times in measured.times.values() for time in times]
    print(f"{title}: {len(every) / took:.0f} operations a second")
    for kind, times in [*sorted(measured.times.items()), ("all", every)]:
        ranks = statistics.quantiles(times, n=100) if len(times) > 1 else [times[0]] * 99
        print(
            f"  {kind:13} {len(times):7}   p50 {ranks[49] * 1000:7.1f} ms   "
            f"p95 {ranks[94] * 1000:7.1f} ms   p99 {ranks[98] * 1000:7.1f} ms"
        )
    print("  answers:", ", ".join(f"{code} {count}" for code, count in measured.codes.most_common()))


@asynccontextmanager
async def postgresql(server: str) -> AsyncIterator[str]:
    """A new database on *server*, gone afterwards."""
    name = f"mentorhub_bench_{uuid4().hex[:8]}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


async def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument(
        "--postgresql", default=os.environ.get("MENTORHUB_TEST_DATABASE_URL"), help="URL of a server"
    )
    given = parser.parse_args()
    how = {"clients": given.clients, "seconds": given.seconds}
    well = True
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if given.postgresql:
            url = await stack.enter_async_context(postgresql(given.postgresql))
            well &= await run("PostgreSQL, 2 processes", url, folder, processes=2, **how)
        else:
            print("PostgreSQL: left out; name a server by --postgresql")
        well &= await run("SQLite, 1 process", f"sqlite:///{folder}/mentorhub.db", folder, processes=1, **how)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
