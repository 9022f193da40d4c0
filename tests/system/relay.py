"""A relay in front of a database server, to be cut, or to hold its breath, as networks and servers do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit


class Relay:
    """Hands bytes on between whoever connects to `url` and the server at *url*."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._callers: set[asyncio.Task[Any]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.connections = 0
        """How many there are now."""
        self.held = 0
        """How many of them have something to say that does not come through."""

    @property
    def url(self) -> str:
        name = self._parts.username or ""
        password = f":{self._parts.password}" if self._parts.password else ""
        return urlunsplit(self._parts._replace(netloc=f"{name}{password}@127.0.0.1:{self._port}", query=""))

    async def open(self) -> None:
        """Also again after `cut`, at the same port."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Breaks all connections; new ones are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for caller in self._callers:
            caller.cancel()
        await asyncio.gather(*self._callers, return_exceptions=True)
        # What was broken off is closed by the loop, in its next round.
        await asyncio.sleep(0)

    def hold(self) -> None:
        """Connections stay, and nothing comes through any more."""
        self._flowing.clear()

    def let_go(self) -> None:
        self._flowing.set()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        caller = asyncio.current_task()
        assert caller is not None
        self._callers.add(caller)
        self.connections += 1
        # Cancelled by `cut`, it has only to close what it opened.
        with suppress(asyncio.CancelledError):
            try:
                await self._hand_on(reader, writer)
            finally:
                self.connections -= 1
                writer.transport.abort()
        self._callers.discard(caller)

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await self._open_beyond()
        flows = [
            asyncio.create_task(self._flow(reader, back)),
            asyncio.create_task(self._flow(there, writer)),
        ]
        try:
            await asyncio.wait(flows, return_when=asyncio.FIRST_COMPLETED)
        finally:
            back.transport.abort()
            for flow in flows:
                flow.cancel()
            await asyncio.gather(*flows, return_exceptions=True)

    async def _open_beyond(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        # The embedded server listens on a socket of its folder alone.
        host = dict(pair.split("=", 1) for pair in self._parts.query.split("&") if "=" in pair).get("host")
        if host is not None:
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{self._parts.port or 5432}")
        return await asyncio.open_connection(self._parts.hostname, self._parts.port or 5432)

    async def _flow(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                self.held += 1
                await self._flowing.wait()
                self.held -= 1
                to.write(data)
                await to.drain()


@asynccontextmanager
async def relaying(url: str) -> AsyncIterator[Relay]:
    relay = Relay(url)
    await relay.open()
    try:
        yield relay
    finally:
        relay.let_go()
        await relay.cut()
