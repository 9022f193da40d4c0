"""Real servers for tests: uvicorn in the test's own loop, on a port of its own, gone when the test is."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
import uvicorn
from starlette.types import ASGIApp

from mentorhub.web.limits import Limits
from mentorhub.web.server import MANNERS
from tests.web.house import House

PLAIN: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that speak plain HTTP: to read the certificates of all authorities takes longer than most tests."""


class Server(uvicorn.Server):
    """Ends when it is told to, and closes streams and sockets first, as the service's own server does."""

    def __init__(self, config: uvicorn.Config, farewell: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self.farewell = farewell
        self.up = asyncio.Event()
        self.leave = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.leave.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.farewell()
        # Who has just gone is noticed in the loop's next rounds.
        for _ in range(5):
            await asyncio.sleep(0)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
        else:
            # With nothing left there is nothing to wait for, and uvicorn would all the same.
            for server in self.servers:
                server.close()
            await self.lifespan.shutdown()
        # What it has waited for in vain would be closed with its process.
        for connection in self.server_state.connections:
            connection.transport.abort()


@asynccontextmanager
async def serving(
    app: ASGIApp, *, farewell: Callable[[], Awaitable[None]], kept_bytes: int | None = None, **how: Any
) -> AsyncGenerator[int, None]:
    """The port at which *app* is served, with the manners of the service's own server or, in *how*, others.

    *kept_bytes* is how much the system keeps for a client that does not read; else it is megabytes.
    """
    config = uvicorn.Config(app, timeout_graceful_shutdown=2, **(MANNERS | how))
    # Only of a socket that says it is TCP does the loop have small writes sent at once.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        if kept_bytes is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, kept_bytes)
        server = Server(config, farewell)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        await asyncio.wait(
            [running, asyncio.create_task(server.up.wait())], return_when=asyncio.FIRST_COMPLETED
        )
        try:
            yield listener.getsockname()[1]
        finally:
            server.leave.set()
            await running


@dataclass
class Door:
    """A house that is being served, and ways to knock."""

    house: House
    port: int
    http: httpx.AsyncClient

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    async def ask(
        self, query: str, /, *, headers: dict[str, str] | None = None, **parameters: Any
    ) -> httpx.Response:
        return await self.http.post("/graphql", json={"query": query, **parameters}, headers=headers)

    async def raw(self, request: bytes, *, eof: bool = False) -> bytes:
        """All that the server has to say to bytes as they are, until it closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            if eof:
                writer.write_eof()
            async with asyncio.timeout(5):
                return await reader.read()
        finally:
            writer.close()


async def eventually(check: Callable[[], bool]) -> None:
    """Until *check* holds, for what happens right after an answer; fails when it does not within a while."""
    async with asyncio.timeout(5):
        while not check():  # noqa: ASYNC110  # what is checked tells nobody when it changes
            await asyncio.sleep(0.005)


@asynccontextmanager
async def knocking(limits: Limits | None = None, **how: Any) -> AsyncGenerator[Door, None]:
    house = House(limits=limits)
    async with (
        serving(house.app, farewell=house.graphql.close, **how) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5, verify=PLAIN) as http,
    ):
        yield Door(house, port, http)
