"""A second client who asks while an attack goes on, and whoever looks at what it leaves behind."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.attacks.standing import Standing
from tests.web.serving import PLAIN, eventually

PATIENCE = 1.0
"""Seconds in which the second client is to be answered."""
_STATM = Path("/proc/self/statm")
_PAGE = 4096


@asynccontextmanager
async def watched(service: Standing, *, megabytes: int = 64) -> AsyncIterator[None]:
    """Throughout the block a second client, of another address, is answered in time; after it nothing is left.

    Service and clients share this process and one loop, so what the second client waits for is this process's own
    work: that is what is timed, and not what the machine does besides.
    """
    streams, sockets = service.service.graphql.events, service.service.graphql.sockets
    gc.collect()
    before, tasks = _resident(), set(asyncio.all_tasks())
    over = asyncio.Event()
    asking = asyncio.create_task(_ask_on(service, over), name="second client")
    try:
        yield
    finally:
        over.set()
        slowest = await asking
    await eventually(lambda: not (sockets.open or sockets.operations or streams.open))
    await eventually(lambda: {task for task in asyncio.all_tasks() if not task.done()} <= tasks)
    gc.collect()
    assert slowest < PATIENCE
    assert _resident() - before < megabytes * 1024 * 1024


async def _ask_on(service: Standing, over: asyncio.Event) -> float:
    """The longest that an answer took."""
    slowest = 0.0
    url = f"http://127.0.0.1:{service.port}"
    headers = {"x-forwarded-for": "198.51.100.7"}
    # A connection for each request: one that was kept may be closed just when it is used again.
    fresh = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(
        base_url=url, timeout=30, headers=headers, limits=fresh, verify=PLAIN
    ) as http:
        while not over.is_set():
            began = time.process_time()
            response = await http.post("/graphql", json={"query": "{ viewer { user { id } } }"})
            slowest = max(slowest, time.process_time() - began)
            assert response.status_code == 200, response.text
            await asyncio.sleep(0.02)
    return slowest


def _resident() -> int:
    """Bytes of memory in use; 0 on machines that do not tell."""
    return int(_STATM.read_text().split()[1]) * _PAGE if _STATM.exists() else 0
