"""An event loop that has no time to spare."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mentorhub import patience


@asynccontextmanager
async def busy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Keeps the loop busy, as `give_way` sees it, for as long as the clause lasts."""
    # A machine that others use may give a busy loop but a part of the time.
    monkeypatch.setattr(patience, "_BUSY", 0.05)

    async def work() -> None:
        while True:
            until = time.thread_time() + 0.01
            while time.thread_time() < until:
                pass
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    try:
        yield
    finally:
        working.cancel()
        await asyncio.wait([working])
