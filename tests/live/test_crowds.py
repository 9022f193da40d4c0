"""Many who vanish at once, one who reads nothing, and nobody at all: what each leaves behind, holds, and costs."""

import asyncio
import contextvars
import gc
import json
import os
import socket
import struct
from collections import Counter
from typing import Any

import pytest

from mentorhub.db import facts
from mentorhub.db.facts import FactRow, Place
from mentorhub.db.keys import new_key
from mentorhub.live.listeners import WAITING, Entry
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.vocabulary import Role
from mentorhub.settings import Settings
from mentorhub.web.limits import Limits
from tests.counting import counting
from tests.live.service import Live, Person, living
from tests.web.serving import eventually

FEED = "subscription ($after: String) { activityFeed(after: $after) { id cursor subject { __typename } } }"

KEPT = 8 * 1024
"""Bytes that the system keeps of what a test does not read, on either side; it takes up to twice as many."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


class Wire:
    """A socket without a library behind it, which reads when it is told to and can be reset."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, **message: Any) -> None:
        payload = json.dumps(message).encode()
        size = len(payload)
        head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + struct.pack(">H", size)
        # Masked by zeros: the same bytes.
        self._writer.write(head + bytes(4) + payload)
        await self._writer.drain()

    async def hear(self) -> Any:
        _, size = await self._reader.readexactly(2)
        if size == 126:
            [size] = struct.unpack(">H", await self._reader.readexactly(2))
        return json.loads(await self._reader.readexactly(size))

    def reset(self) -> None:
        """Gone without a word: the other side gets RST, no close and no end of the stream."""
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


async def listening(live: Live, person: Person, *, after: str | None = None) -> Wire:
    """A wire that follows the feed."""
    raw = socket.socket()
    # Small, or half of what is sent would wait in the system's buffers.
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KEPT)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", live.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=KEPT)
    writer.write(
        f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    wire = Wire(reader, writer)
    await wire.say(type="connection_init", payload=person.headers)
    assert await wire.hear() == {"type": "connection_ack"}
    await wire.say(id="1", type="subscribe", payload={"query": FEED, "variables": {"after": after}})
    return wire


def leftovers() -> Counter[str]:
    """How much there is of what a listener needs."""
    gc.collect()
    # Contexts of variables are something else, and come and go with timers.
    kinds = Counter(type(each).__name__ for each in gc.get_objects() if type(each) is not contextvars.Context)
    return Counter({"objects": kinds.total(), "tasks": len(asyncio.all_tasks()), **kinds})


async def test_five_hundred_sockets_that_are_reset_leave_nothing_behind(live: Live) -> None:
    people = [await live.person(role=Role.ADMIN) for _ in range(20)]
    alone = len(asyncio.all_tasks())

    async def come_and_vanish() -> Counter[str]:
        wires = [await listening(live, people[number % 20]) for number in range(500)]
        await eventually(lambda: live.house.log.listeners == 500)
        await live.tell(Fact(ActivityKind.USER_JOINED, ("User", people[0].key)))
        during = Counter({"tasks": len(asyncio.all_tasks())})
        for wire in wires:
            wire.reset()
        wires.clear()
        sockets = live.service.graphql.sockets
        await eventually(lambda: not (sockets.open or sockets.operations or live.house.log.listeners))
        await eventually(lambda: live.service.graphql.doors.watch.listeners == 0)
        await eventually(lambda: len(asyncio.all_tasks()) <= alone)
        # What hears of a task's end, or of a connection's, is called in the loop's next turns.
        for _ in range(3):
            await asyncio.sleep(0)
        return during

    # The first time fills caches.
    await come_and_vanish()
    before = leftovers()
    during = await come_and_vanish()
    after = leftovers()

    assert during["tasks"] > 1000
    assert after["Conversation"] == after["Listener"] == 0
    assert after["tasks"] <= before["tasks"]
    assert after["Context"] <= before["Context"], (after - before).most_common(10)
    assert after["objects"] - before["objects"] < 500, (after - before).most_common(10)


async def test_a_fact_that_nobody_listens_to_costs_one_read(live: Live) -> None:
    # On PostgreSQL whatever is open elsewhere on the server may have the log look again.
    live.house.log._poll = 60.0
    await live.tell(Fact(ActivityKind.USER_JOINED, ("User", new_key())))
    await eventually(lambda: live.house.log.place.position == 1)

    async with counting(live, by_whomever=True) as counted:
        await live.tell(*(Fact(ActivityKind.USER_JOINED, ("User", new_key())) for _ in range(3)))
        await eventually(lambda: live.house.log.place.position == 4)

    [read] = counted.reads
    assert "FROM facts" in " ".join(read.split())


async def test_who_reads_nothing_of_many_thousand_events_holds_little_and_goes_on_later(
    house_settings: Settings,
) -> None:
    total, at_once = (100_000 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 5_000), 1000

    # Nobody is asked whether they are there while this test is busy.
    unasked = Limits(ping_seconds=600.0, silence_seconds=600.0)
    async with living(house_settings, limits=unasked, kept_bytes=KEPT) as live, asyncio.timeout(300):
        admin = await live.admin()
        wire = await listening(live, admin)
        await eventually(lambda: live.house.log.listeners == 1)

        most, start = 0, await live.house.log.end()
        for _ in range(total // at_once):
            await live.tell(*(Fact(ActivityKind.USER_JOINED, ("User", new_key())) for _ in range(at_once)))
            end = await live.house.log.end()
            await eventually(lambda: live.house.log.place == end)  # noqa: B023 -- awaited before the next
            most = max(most, sum(type(each) is Entry for each in gc.get_objects()))
        heard, refusal = await events(wire)
        wire.reset()
        resumed = await listening(live, admin, after=refusal["extensions"]["cursor"])
        later, _ = await events(resumed, at_most=3 * WAITING)
        resumed.reset()
        told = await ids(live, after=start, at_most=len(heard) + len(later))

    assert refusal["extensions"]["code"] == "SLOW_CONSUMER"
    assert refusal["extensions"]["cursor"] == heard[-1]["cursor"]
    assert most < 2 * WAITING + at_once
    assert len(heard) < WAITING
    assert [event["id"] for event in heard + later] == told


async def events(wire: Wire, *, at_most: int | None = None) -> tuple[list[Any], Any]:
    """What *wire* is told, until it is refused more or has *at_most*; and the refusal."""
    heard: list[Any] = []
    while len(heard) != at_most:
        message = await wire.hear()
        payload = message["payload"]
        if message["type"] == "error" or payload.get("errors"):
            [refusal] = payload if message["type"] == "error" else payload["errors"]
            return heard, refusal
        heard.append(payload["data"]["activityFeed"])
    return heard, None


async def ids(live: Live, *, after: Place, at_most: int) -> list[str]:
    """Of the events that the log holds, in its order."""
    found: list[FactRow] = []
    while len(found) < at_most:
        place = found[-1].place if found else after
        found += (await facts.after(live.house.doors.database.reader, place, limit=500)).facts
    return [f"activity_{fact.id}" for fact in found[:at_most]]
