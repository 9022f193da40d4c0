"""The bell: says in every process that the log has grown. It carries nothing, and a lost ring is only a delay."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Protocol

import asyncpg

_log: Final = logging.getLogger("mentorhub.live")
_CHANNEL: Final = "mentorhub_facts"
_PATIENCE: Final = 5.0
"""Seconds within which the database connects or takes a ring; the longest pause between two tries."""
_SHORTEST: Final = 0.05
_ALIVE: Final = 20.0
"""Seconds after which a silent connection is asked whether it is one still."""


class Bell(Protocol):
    def ring(self) -> None:
        """Says that the log has grown. Call it after the commit, from the event loop's thread."""

    async def close(self) -> None: ...


class LocalBell:
    """The bell of a database that one process serves."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard

    def ring(self) -> None:
        self._heard()

    async def close(self) -> None:
        pass


class PostgreSQLBell:
    """LISTEN and NOTIFY on a connection of its own, which is made again whenever it is lost.

    A NOTIFY inside the transactions would make their commits wait for each other: it is sent afterwards, and once
    for all rings that come while one is on its way.
    """

    def __init__(self, url: str, heard: Callable[[], None]) -> None:
        self._url = url
        self._heard = heard
        self._rung = asyncio.Event()
        self._closing = asyncio.Event()
        self._task = asyncio.create_task(self._keep(), name="bell")

    def ring(self) -> None:
        self._heard()
        self._rung.set()

    async def close(self) -> None:
        # Not cancelled: a connection that is half made could not be closed.
        self._closing.set()
        self._rung.set()
        await self._task

    async def _keep(self) -> None:
        pause = _SHORTEST
        while not self._closing.is_set():
            try:
                connection = await asyncpg.connect(
                    self._url, timeout=_PATIENCE, server_settings={"application_name": "mentorhub bell"}
                )
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is tried again
                _log.debug("the bell has no connection: %s", error)
            else:
                pause = _SHORTEST
                try:
                    await self._hang(connection)
                except Exception as error:  # noqa: BLE001 -- likewise
                    _log.warning("the bell has lost its connection: %s", error)
                await self._take_down(connection)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._closing.wait()
            pause = min(_PATIENCE, pause * 2)

    async def _take_down(self, connection: Any) -> None:
        try:
            await connection.close(timeout=_PATIENCE)
        except Exception:  # noqa: BLE001 -- it is lost already
            connection.terminate()

    async def _hang(self, connection: Any) -> None:
        """Rings and hears until the connection is lost."""
        own = connection.get_server_pid()

        def hear(_: object, sender: int, *__: object) -> None:
            if sender != own:
                self._heard()

        await connection.add_listener(_CHANNEL, hear)
        # A connection that is cut off is noticed at once, and not when it is next used.
        connection.add_termination_listener(lambda _: self._rung.set())
        # What was told while nobody listened.
        self._heard()
        while not self._closing.is_set():
            try:
                async with asyncio.timeout(_ALIVE):
                    await self._rung.wait()
                question = f"NOTIFY {_CHANNEL}"
            except TimeoutError:
                question = "SELECT 1"
            self._rung.clear()
            await connection.execute(question, timeout=_PATIENCE)


def open_bell(url: str, heard: Callable[[], None]) -> Bell:
    """The bell of the database at *url*; *heard* is called on the event loop for every ring, also this process's."""
    return LocalBell(heard) if url.startswith("sqlite") else PostgreSQLBell(url, heard)
