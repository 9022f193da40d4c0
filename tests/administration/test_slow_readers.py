"""Exports whose readers take nothing: they are cut off, and hold no place for others."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest

from mentorhub.db.tables.bookings import bookings
from mentorhub.rules.vocabulary import BookingStatus
from mentorhub.settings import Settings
from mentorhub.web.limits import Limits
from mentorhub.web.server import PatientProtocol
from tests import rows
from tests.administration.test_exports import EXPORT
from tests.api import MONDAY
from tests.live.service import Live, living
from tests.web.serving import eventually

NEVER = 3600.0
"""Longer than any test."""


class Noticing(PatientProtocol):
    """Says which connections are open: with something unsent, one that is only closed stays so."""

    open: ClassVar[set["Noticing"]] = set()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        self.open.add(self)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open.discard(self)
        super().connection_lost(exc)


async def _link(live: Live) -> str:
    """To an export of some 20 MB: more than a system keeps for a reader who takes nothing."""
    database = live.house.doors.database
    row: dict[str, Any] = {
        "mentor_id": await rows.mentor(database),
        "mentee_id": await rows.user(database),
        "status": BookingStatus.DECLINED,
        "requested_at": MONDAY,
        "updated_at": MONDAY,
        "topic": "How to begin",
        **dict.fromkeys(("description", "questions", "reason"), "d" * 8000),
    }
    times = [MONDAY + timedelta(hours=number) for number in range(800)]
    await rows.add(
        database, bookings, *({**row, "starts_at": at, "ends_at": at + timedelta(hours=1)} for at in times)
    )
    answer = await live.ask(await live.admin(), EXPORT, input={})
    url: str = answer["data"]["exportBookings"]["url"]
    return urlsplit(url).path


@asynccontextmanager
async def _asking(live: Live, path: str) -> AsyncIterator[None]:
    """Somebody who asks for *path* and reads nothing."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, ("127.0.0.1", live.port))
        await loop.sock_sendall(client, f"GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        yield


@pytest.mark.parametrize(
    "limits",
    [
        Limits(stall_seconds=0.3, export_seconds=NEVER),
        Limits(stall_seconds=NEVER, export_seconds=0.3),
    ],
    ids=["a piece", "the whole"],
)
async def test_a_reader_who_takes_too_long_is_cut_off_and_its_place_is_free(
    house_settings: Settings, limits: Limits, caplog: pytest.LogCaptureFixture
) -> None:
    async with living(house_settings, limits=limits, http=Noticing) as live:
        path = await _link(live)
        exporting = live.house.doors.exporting
        before = set(Noticing.open)

        async with _asking(live, path), _asking(live, path):
            await eventually(exporting.locked)
            refused = await live.http.get(path)
            await eventually(lambda: not exporting.locked())
            await eventually(lambda: Noticing.open <= before)

        assert refused.status_code == 503
        assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_reader_who_leaves_frees_its_place_at_once(house_settings: Settings) -> None:
    async with living(house_settings) as live:
        path = await _link(live)
        exporting = live.house.doors.exporting

        async with _asking(live, path), _asking(live, path):
            await eventually(exporting.locked)

        await eventually(lambda: not exporting.locked())
        assert (await live.http.get(path)).status_code == 200
