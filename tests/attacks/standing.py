"""A service under attack, and who talks to it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from mentorhub.app import Service


@dataclass
class Standing:
    service: Service
    port: int
    http: httpx.AsyncClient

    async def ask(self, query: str, *, accept: str | None = None, **headers: str) -> httpx.Response:
        named = {"accept": accept} if accept else {}
        return await self.http.post("/graphql", json={"query": query}, headers=named | headers)

    @asynccontextmanager
    async def socket(self) -> AsyncIterator["Socket"]:
        async with connect(
            f"ws://127.0.0.1:{self.port}/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            ping_interval=None,
            compression=None,
            proxy=None,
        ) as connection:
            socket = Socket(connection)
            await socket.say(type="connection_init")
            assert (await socket.hear())["type"] == "connection_ack"
            yield socket


class Socket:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self) -> Any:
        async with asyncio.timeout(10):
            return json.loads(await self.connection.recv())

    async def ask(self, query: str) -> Any:
        """The first message that answers an operation."""
        await self.say(id="1", type="subscribe", payload={"query": query})
        first = await self.hear()
        if first["type"] == "next":
            assert (await self.hear())["type"] == "complete"
        return first
