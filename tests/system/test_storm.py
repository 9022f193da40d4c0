"""Every event once and in order for each subscriber, whatever is cut, killed, or takes its time."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from mentorhub.db import facts
from mentorhub.db.facts import BEGINNING
from mentorhub.db.keys import new_key
from mentorhub.house import House
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.vocabulary import Role
from mentorhub.settings import Settings
from tests import rows
from tests.system.processes import Client, Service, free_port, serving

SECRET = "a secret that all processes share, and long enough"
FEED = "subscription ($after: String) { activityFeed(after: $after) { id cursor } }"
IS_DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
EVENTS, SUBSCRIBERS, CUTS, KILLS = (2000, 20, 50, 5) if IS_DEEP else (400, 8, 10, 2)
WRITERS = 8
PAUSES, WEIGHTS = (0, 0.005, 0.05, 0.3, 1.5), (850, 80, 50, 15, 5)
"""Seconds that a transaction stays open after it has told its fact, and how many of a thousand do."""


class Site:
    """Two processes of the service on one database, which come back on their ports when they are killed."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._where = database_url, folder
        self.ports = [free_port(), free_port()]
        self.services: dict[int, Service] = {}
        self._kills = {port: asyncio.Event() for port in self.ports}
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(self._keep(port)) for port in self.ports]
            for port in self.ports:
                await self._stands(port)
            yield
            for task in running:
                task.cancel()

    async def kill(self, port: int) -> None:
        """Has a process killed, and waits until there is another in its place."""
        del self.services[port]
        self._kills[port].set()
        await self._stands(port)

    async def _stands(self, port: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: port in self.services)

    async def _keep(self, port: int) -> None:
        while True:
            async with serving(
                *self._where,
                port=port,
                MENTORHUB_SECRET=SECRET,
                MENTORHUB_JOBS="off",
                MENTORHUB_RATE_LIMITS="off",
            ) as service:
                async with self._changed:
                    self.services[port] = service
                    self._changed.notify_all()
                await self._kills[port].wait()
                service.kill()
            self._kills[port].clear()


class Subscriber:
    """Reads the feed at one of the ports, and goes on at any of them, after the last event that it has."""

    def __init__(self, ports: list[int], token: str, cursor: str, chance: random.Random) -> None:
        self._ports = ports
        self._token = token
        self._cursor = cursor
        self._chance = chance
        self._cuts = sorted(chance.sample(range(1, EVENTS), CUTS))
        self.heard: list[str] = []
        self.cut = 0

    async def read(self) -> None:
        while len(self.heard) < EVENTS:
            port = self._chance.choice(self._ports)
            with suppress(OSError, InvalidHandshake, ConnectionClosed, TimeoutError):
                async with connect(
                    f"ws://127.0.0.1:{port}/graphql",
                    subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]  # a NewType of str
                    compression=None,
                    close_timeout=0,
                    proxy=None,
                ) as opened:
                    await self._listen(opened)
            await asyncio.sleep(0.02)

    async def _listen(self, opened: ClientConnection) -> None:
        await _say(opened, type="connection_init", payload={"Authorization": f"Bearer {self._token}"})
        assert orjson.loads(await opened.recv()) == {"type": "connection_ack"}
        request = {"query": FEED, "variables": {"after": self._cursor}}
        await _say(opened, id="1", type="subscribe", payload=request)
        async for text in opened:
            message = orjson.loads(text)
            if message["type"] == "ping":
                await _say(opened, type="pong")
                continue
            assert message["type"] == "next", message
            event = message["payload"]["data"]["activityFeed"]
            self.heard.append(event["id"])
            self._cursor = event["cursor"]
            if len(self.heard) == EVENTS:
                return
            if self.cut < CUTS and len(self.heard) >= self._cuts[self.cut]:
                self.cut += 1
                opened.transport.abort()
                return


async def _say(opened: ClientConnection, **message: Any) -> None:
    await opened.send(orjson.dumps(message).decode())


async def write(house: House, number: int, chance: random.Random) -> None:
    """Has so many things happen, each in a transaction that takes its time after it was told."""
    for _ in range(number):
        [pause] = chance.choices(PAUSES, WEIGHTS)

        async def do(work: Work, pause: float = pause) -> None:
            fact = Fact(ActivityKind.USER_JOINED, ("User", new_key()))
            await facts.write(work.transaction, [fact], at=work.now)
            await asyncio.sleep(pause)

        await Desk(house.doors, None, house.doors.clock.now()).do(do)
        house.doors.bell.ring()


async def test_each_subscriber_hears_each_event_once_and_in_order(
    postgresql_url: str, tmp_path: Path
) -> None:
    chance = random.Random(7)
    settings = Settings(
        _env_file=None,
        database_url=postgresql_url,
        mail_url=f"file:{tmp_path / 'mail'}",
        media_url=f"file:{tmp_path / 'media'}",
        secret=SecretStr(SECRET),
    )
    async with House(settings) as house:
        database = house.doors.database
        token = await rows.signed_in(database, role=Role.ADMIN, now=house.doors.clock.now())
        site = Site(postgresql_url, tmp_path)
        async with site.open():
            async with Client(site.services[site.ports[0]], token) as client:
                cursor = (await client.ask("{ viewer { cursor } }"))["viewer"]["cursor"]
            subscribers = [
                Subscriber(site.ports, token, cursor, random.Random(number)) for number in range(SUBSCRIBERS)
            ]
            reading = [asyncio.create_task(each.read()) for each in subscribers]

            writing = asyncio.gather(
                *(write(house, EVENTS // WRITERS, random.Random(-number)) for number in range(WRITERS))
            )
            for _ in range(KILLS):
                await asyncio.sleep(chance.random())
                await site.kill(chance.choice(site.ports))
            await writing
            async with asyncio.timeout(300):
                await asyncio.gather(*reading)

        told = (await facts.after(database.reader, BEGINNING, limit=2 * EVENTS)).facts
        assert len(told) == EVENTS
        assert [each.cut for each in subscribers] == [CUTS] * SUBSCRIBERS
        expected = [f"activity_{fact.id}" for fact in told]
        assert all(each.heard == expected for each in subscribers)
