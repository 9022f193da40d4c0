"""Thousands of subscribers to one kind of event, against a bare ASGI socket that sends the ready text.

    .venv/bin/python -m benchmarks.listeners [--subscribers 1000 5000] [--rounds 15] [--postgresql URL]

Two servers, each a process: the service, with as many people signed in and subscribed to `announcementPosted`, and
`bare_socket.py`, with as many sockets, which is sent the very frame that the service's subscribers heard. In turns an
event is posted to each over HTTP, and timed from the request to the last socket that has it: the service's part is the
whole mutation, its transaction and its log. Also measured are CPU and memory for each idle subscriber.
"""

import argparse
import asyncio
import gc
import resource
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

import psutil
import uvloop
from benchmarks.ears import Crowd
from benchmarks.mixed_traffic import Wire, postgresql, serving
from tests import rows

from mentorhub.db import migrations
from mentorhub.db.opening import open_database
from mentorhub.db.tables.accounts import sessions, users
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.rules.vocabulary import Role, UserStatus

SUBSCRIPTION: Final = """
subscription { announcementPosted { id kind title body postedAt endedAt __typename } }
"""
POST: Final = """
mutation { postAnnouncement(input: {kind: NEWS, title: "A measurement", body: "Of how long it takes to tell everybody \
who listens what has just happened, and of what it costs to have them listen at all.", notifyEveryone: false}) {
  userErrors { code }
} }
"""
_PAUSE: Final = 0.2
"""Seconds between two events, for what they leave behind."""


class Cost(NamedTuple):
    """Of one idle subscriber."""

    bytes: float
    cpu: float


class Side:
    """A server, and those who listen to it."""

    def __init__(self, name: str, port: int, process: psutil.Process) -> None:
        self.name = name
        self.crowd = Crowd(port, SUBSCRIPTION)
        self.port = port
        self.process = process
        self.lasts: list[float] = []
        self.middles: list[float] = []
        self.spent: list[float] = []

    async def gather(self, tokens: list[str]) -> Cost:
        await self._settle()
        before, spent = self.process.memory_info().rss, self._cpu()
        await self.crowd.gather(tokens)
        await self._settle()
        return Cost(
            (self.process.memory_info().rss - before) / len(tokens), (self._cpu() - spent) / len(tokens)
        )

    async def _settle(self) -> None:
        """Until the server has nothing more to do."""
        while True:
            spent = self._cpu()
            await asyncio.sleep(0.5)
            if self._cpu() - spent < 0.03:
                return

    def _cpu(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    async def tell(self, body: bytes, token: str | None = None, *, counts: bool) -> None:
        wire, heard = Wire(self.port), self.crowd.expect()
        spent, start = self._cpu(), perf_counter()
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            asking = group.create_task(wire.post(body, token))
            group.create_task(heard.wait())
        if counts:
            times = sorted(self.crowd.times)
            self.lasts.append(times[-1] - start)
            self.middles.append(times[len(times) // 2] - start)
        status, said = asking.result()
        assert status == 200, said
        wire.close()
        await asyncio.sleep(_PAUSE)
        if counts:
            self.spent.append((self._cpu() - spent) / len(self.crowd.ears))


@asynccontextmanager
async def bare() -> AsyncIterator[tuple[int, psutil.Process]]:
    """A process that serves `bare_socket`, and its port."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__).with_name("bare_socket.py")), str(port)
    )
    try:
        await _answers(port)
        yield port, psutil.Process(process.pid)
    finally:
        process.kill()
        await process.wait()


async def _answers(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                wire = Wire(port)
                await wire.post(b"", None)
                wire.close()
            except OSError:
                await asyncio.sleep(0.05)
            else:
                return


async def people(url: str, number: int) -> tuple[str, list[str]]:
    """The tokens of an administrator and of *number* members, each with an account and a session of their own."""
    database = await open_database(url)
    now = datetime.now(UTC)
    member = {"status": UserStatus.ACTIVE, "email_verified_at": now, "joined_at": now}
    keys = await rows.add(
        database,
        users,
        {"name": "Ada Root", "email": "root@example.com", "role": Role.ADMIN, **member},
        *(
            {"name": f"Member {each}", "email": f"m{each}@example.com", "role": Role.MEMBER, **member}
            for each in range(number)
        ),
    )
    tokens = [new_secret() for _ in keys]
    ends = {"created_at": now, "last_used_at": now, "expires_at": now + timedelta(days=1)}
    signed_in = [
        {"user_id": key, "token_hash": hashed(token), **ends} for key, token in zip(keys, tokens, strict=True)
    ]
    await rows.add(database, sessions, *signed_in)
    await database.close()
    return tokens[0], tokens[1:]


async def compare(url: str, folder: Path, *, subscribers: int, rounds: int) -> None:
    await asyncio.to_thread(migrations.upgrade, url)
    admin, tokens = await people(url, subscribers)
    async with serving(url, folder, 1) as [port], bare() as (bare_port, bare_process):
        [server] = [
            each
            for each in psutil.Process().children(recursive=True)
            if each.pid != bare_process.pid and str(port) in each.cmdline()
        ]
        ours, limit = Side("MentorHub", port, server), Side("bare socket", bare_port, bare_process)
        # The first few fill caches and import what is imported late.
        for side in (ours, limit):
            await side.gather(tokens[:20])
        body = _body()
        for _ in range(3):
            await ours.tell(body, admin, counts=False)
            await limit.tell(ours.crowd.frame, counts=False)
        costs = [await side.gather(tokens[20:]) for side in (ours, limit)]
        gc.collect()
        gc.freeze()
        for turn in range(-2, rounds):
            await ours.tell(body, admin, counts=turn >= 0)
            await limit.tell(ours.crowd.frame, counts=turn >= 0)
        report(subscribers, (ours, limit), costs)
        for side in (ours, limit):
            side.crowd.leave()


def _body() -> bytes:
    import orjson

    return orjson.dumps({"query": POST})


def report(subscribers: int, sides: tuple[Side, Side], costs: list[Cost]) -> None:
    print(f"{subscribers} subscribers, medians of {len(sides[0].lasts)} rounds")
    table: list[tuple[str, list[float], str]] = [
        ("to the last", [median(side.lasts) * 1e3 for side in sides], "ms"),
        ("to half of them", [median(side.middles) * 1e3 for side in sides], "ms"),
        ("CPU for each delivery", [median(side.spent) * 1e6 for side in sides], "µs"),
        ("memory of an idle one", [cost.bytes / 1024 for cost in costs], "KiB"),
        ("CPU to set one up", [cost.cpu * 1e3 for cost in costs], "ms"),
    ]
    print(f"  {'':22}{sides[0].name:>12}{sides[1].name:>14}   times")
    for what, (ours, limit), unit in table:
        print(f"  {what:22}{ours:9.2f} {unit:<3}{limit:10.2f} {unit:<3}{ours / limit:8.2f}")


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--subscribers", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--postgresql", help="URL of a server to use instead of SQLite")
    given = parser.parse_args()
    # A socket is a file here, at each of its ends.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for subscribers in given.subscribers:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = f"sqlite:///{folder}/mentorhub.db"
            if given.postgresql:
                url = await stack.enter_async_context(postgresql(given.postgresql))
            await compare(url, folder, subscribers=subscribers, rounds=given.rounds)


if __name__ == "__main__":
    uvloop.run(main())
