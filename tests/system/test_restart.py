"""Restarts and stops while requests flow: none is lost, and what is under way is answered."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.system.processes import Service, serving
from tests.web.serving import PLAIN

ASK = {"query": "{ mentors(first: 1) { nodes { id } } }"}


def _workers(service: Service) -> set[int]:
    pid = service.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        pytest.skip("only Linux says which processes a process has")
    commands = {int(child): Path(f"/proc/{child}/cmdline") for child in children.read_text().split()}
    return {child for child, command in commands.items() if b"spawn_main" in command.read_bytes()}


class Traffic:
    """Requests without a pause: on connections that are kept, and each on one of its own."""

    def __init__(self, service: Service) -> None:
        self._url = f"{service.url}/graphql"
        self.answered = 0
        self.lost: list[str] = []

    async def kept(self) -> None:
        async with httpx.AsyncClient(timeout=30, verify=PLAIN) as client:
            while True:
                await self._ask(client)

    async def single(self) -> None:
        while True:
            async with httpx.AsyncClient(timeout=30, verify=PLAIN) as client:
                await self._ask(client)

    async def _ask(self, client: httpx.AsyncClient) -> None:
        try:
            response = await client.post(self._url, json=ASK)
        except httpx.TransportError as error:
            self.lost.append(repr(error))
            return
        if response.status_code == 200 and "errors" not in response.json():
            self.answered += 1
        else:
            self.lost.append(response.text)


@contextlib.asynccontextmanager
async def _traffic(service: Service) -> AsyncIterator[Traffic]:
    traffic = Traffic(service)
    tasks = [asyncio.create_task(flow()) for flow in (traffic.kept, traffic.kept, traffic.single)]
    try:
        yield traffic
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_workers_are_replaced_without_a_lost_request(postgresql_url: str, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"MENTORHUB_RATE_LIMITS": "off", "MENTORHUB_JOBS": "off"}
    async with serving(postgresql_url, tmp_path, command=("--workers", "2"), **settings) as service:
        before = _workers(service)
        async with _traffic(service) as traffic, asyncio.timeout(300):
            service.process.send_signal(signal.SIGHUP)
            while before & _workers(service):  # noqa: ASYNC110 -- processes tell nobody
                await asyncio.sleep(0.1)
            answered = traffic.answered
            while traffic.answered < answered + 20:  # noqa: ASYNC110 -- likewise
                await asyncio.sleep(0.05)

    assert len(before) == 2
    assert traffic.lost == []


async def test_what_is_under_way_is_answered_before_the_service_ends(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with (
        serving(postgresql_url, tmp_path, MENTORHUB_JOBS="off") as service,
        httpx.AsyncClient(timeout=30) as client,
    ):
        blocker = await asyncpg.connect(postgresql_url)
        try:
            async with blocker.transaction():
                await blocker.execute("LOCK TABLE mentors IN ACCESS EXCLUSIVE MODE")
                asked = asyncio.create_task(client.post(f"{service.url}/graphql", json=ASK))
                waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
                async with asyncio.timeout(60):
                    while not await blocker.fetchval(waiting):  # noqa: ASYNC110 -- it tells nobody
                        await asyncio.sleep(0.02)
                service.process.send_signal(signal.SIGTERM)
                # Until it takes no more: then it has begun to go.
                async with asyncio.timeout(60):
                    while await _takes_connections(service):  # noqa: ASYNC110 -- likewise
                        await asyncio.sleep(0.02)
            response = await asked
        finally:
            await blocker.close()
        code = await asyncio.to_thread(service.process.wait, 60)

    assert response.status_code == 200
    assert "errors" not in response.json()
    assert code in {0, -signal.SIGTERM}


async def _takes_connections(service: Service) -> bool:
    host, port = service.url.removeprefix("http://").split(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True
