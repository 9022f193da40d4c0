"""A service under attack, and who talks to it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from mentorhub.app import Service
from tests.attacks.leaks import hear

PROTOCOL = Subprotocol("graphql-transport-ws")
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)
"""The handshake of a socket, for whoever writes its frames by hand."""


@dataclass
class Standing:
    service: Service
    port: int
    http: httpx.AsyncClient

    async def ask(self, query: str, *, accept: str | None = None, **headers: str) -> httpx.Response:
        named = {"accept": accept} if accept else {}
        return await self.http.post("/graphql", json={"query": query}, headers=named | headers)

    async def post(self, body: bytes | str, **headers: str) -> httpx.Response:
        """Posts *body* as it is."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(
            "/graphql", content=body, headers={"content-type": "application/json"} | named
        )

    async def raw(self, request: bytes, *, eof: bool = False) -> bytes:
        """All that the service has to say to bytes as they are, until it closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            if eof:
                writer.write_eof()
            async with asyncio.timeout(10):
                told = await reader.read()
        except ConnectionResetError:
            told = b""
        finally:
            writer.close()
        hear(told)
        return told

    def connect(self, **how: Any) -> connect:
        """A socket that has not said anything yet."""
        plain = {"subprotocols": [PROTOCOL], "ping_interval": None, "compression": None, "proxy": None}
        return connect(f"ws://127.0.0.1:{self.port}/graphql", **(plain | how))

    @asynccontextmanager
    async def socket(self, *, payload: Any = None, **how: Any) -> AsyncIterator["Socket"]:
        async with self.connect(**how) as connection:
            socket = Socket(connection)
            await socket.say(type="connection_init", payload=payload)
            assert (await socket.hear())["type"] == "connection_ack"
            yield socket


class Socket:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self) -> Any:
        async with asyncio.timeout(10):
            text = await self.connection.recv()
        assert isinstance(text, str), "text frames only"
        hear(text)
        return json.loads(text)

    async def ask(self, query: str, **parameters: Any) -> Any:
        """The first message that answers an operation."""
        await self.say(id="1", type="subscribe", payload={"query": query, **parameters})
        first = await self.hear()
        if first["type"] == "next":
            assert (await self.hear())["type"] == "complete"
        return first

    async def closed(self) -> tuple[int, str]:
        """Code and reason of the close, whatever is said before it; 1006 where it was cut without one."""
        try:
            while True:
                await self.hear()
        except ConnectionClosed as end:
            if end.rcvd is None:
                return 1006, ""
            hear(end.rcvd.reason)
            return end.rcvd.code, end.rcvd.reason
