"""The database goes and comes back: what clients are told meanwhile, and that all goes on without a restart."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import asyncpg
import httpx
import pytest

from mentorhub.db import bell, connections, facts
from mentorhub.db.opening import open_database
from mentorhub.jobs import clock as jobs_clock
from mentorhub.patience import Patience
from mentorhub.rules.refusals import Unavailable
from mentorhub.settings import Settings
from tests.attacks.conftest import standing
from tests.attacks.standing import Standing
from tests.system.relay import Relay, relaying
from tests.web.serving import eventually

ASK = "{ mentors(first: 1) { nodes { id } } }"


@pytest.fixture
async def relay(postgresql_url: str) -> AsyncIterator[Relay]:
    async with relaying(postgresql_url) as opened:
        yield opened


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


@pytest.fixture
async def service(house_settings: Settings, relay: Relay) -> AsyncIterator[Standing]:
    settings = house_settings.model_copy(update={"database_url": relay.url, "rate_limits": "off"})
    async with standing(settings) as stood:
        yield stood
        relay.let_go()


async def _until(service: Standing, status: int) -> httpx.Response:
    async with asyncio.timeout(20):
        while (response := await service.ask(ASK)).status_code != status:  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.05)
    return response


async def test_while_it_is_away_the_answer_is_503_at_once_and_afterwards_all_is_well(
    service: Standing, relay: Relay
) -> None:
    assert (await service.ask(ASK)).status_code == 200

    await relay.cut()
    began = time.monotonic()
    away = [await service.ask(ASK) for _ in range(5)]
    took = time.monotonic() - began
    ready = await service.http.get("/readyz")
    alive = await service.http.get("/healthz")
    await relay.open()
    back = await _until(service, 200)

    assert {response.status_code for response in away} == {503}
    assert {response.json()["errors"][0]["extensions"]["code"] for response in away} == {"UNAVAILABLE"}
    assert all(int(response.headers["retry-after"]) >= 1 for response in away)
    assert took < 2
    assert (ready.status_code, alive.status_code) == (503, 200)
    assert "errors" not in back.json()
    assert (await service.http.get("/readyz")).status_code == 200


async def test_whoever_shows_a_token_meanwhile_is_not_told_that_it_is_bad(
    service: Standing, relay: Relay
) -> None:
    await relay.cut()

    response = await service.ask(ASK, authorization="Bearer mh_some-token")

    assert response.status_code == 503
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


async def test_a_database_that_hangs_lets_nobody_pile_up(service: Standing, relay: Relay) -> None:
    doors = service.service.house.doors
    doors.identities.patience = Patience(1)
    reader: Any = doors.database.reader
    reader.seconds = 1
    assert (await service.ask(ASK)).status_code == 200

    relay.hold()
    asked = [asyncio.create_task(service.ask(ASK)) for _ in range(40)]
    shown = [asyncio.create_task(service.ask(ASK, authorization=f"Bearer {number}")) for number in range(20)]
    async with asyncio.timeout(8):
        alive, ready, figures = await asyncio.gather(
            *(service.http.get(page) for page in ("/healthz", "/readyz", "/metrics"))
        )
        answers = await asyncio.gather(*asked, *shown)
    relay.let_go()
    back = await _until(service, 200)

    assert (alive.status_code, ready.status_code, figures.status_code) == (200, 503, 200)
    assert {response.status_code for response in answers} == {503}
    assert {response.json()["errors"][0]["extensions"]["code"] for response in answers} == {"UNAVAILABLE"}
    assert all("retry-after" in response.headers for response in answers)
    assert "errors" not in back.json()


async def test_a_service_whose_database_hangs_still_goes_down_when_told(
    house_settings: Settings, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_clock, "_GIVEN_BACK_WITHIN", 1.0)
    for door in (connections, bell):
        monkeypatch.setattr(door, "_PATIENCE", 1.0)
    settings = house_settings.model_copy(update={"database_url": relay.url, "jobs": "on"})
    async with asyncio.timeout(30), httpx.AsyncClient() as http:
        async with standing(settings) as service:
            reader: Any = service.service.house.doors.database.reader
            reader.seconds = 1
            # On a connection that is kept: one that came just as the service goes would never be taken.
            url = f"http://127.0.0.1:{service.port}/graphql"
            assert (await http.post(url, json={"query": ASK})).status_code == 200
            relay.hold()
            asked = asyncio.create_task(http.post(url, json={"query": ASK}))
            await eventually(lambda: relay.held > 0)
        relay.let_go()
        with suppress(httpx.HTTPError):
            await asked


async def test_a_subscription_outlives_it(service: Standing, relay: Relay) -> None:
    async with service.socket() as socket:
        await socket.say(
            id="listening", type="subscribe", payload={"query": "subscription { announcementPosted { id } }"}
        )
        log = service.service.house.log
        await eventually(lambda: log.listeners == 1)
        assert (await socket.ask(ASK))["type"] == "next"

        await relay.cut()
        during = await socket.ask(ASK)
        await relay.open()
        await _until(service, 200)
        after = await socket.ask(ASK)
        listeners = log.listeners

    assert during["type"] in {"next", "error"}
    assert "UNAVAILABLE" in str(during)
    assert after["type"] == "next"
    assert "errors" not in after["payload"]
    assert listeners == 1


async def test_whatever_moment_a_connection_is_broken_off_at_it_is_told_as_unavailable(
    postgresql_url: str,
) -> None:
    database = await open_database(postgresql_url)
    killer = await asyncpg.connect(postgresql_url)
    others = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    """
    told: set[type[BaseException]] = set()

    async def read() -> None:
        while True:
            try:
                await facts.end(database.reader)
            except Exception as error:  # noqa: BLE001  # it is what is looked at
                told.add(type(error))

    reading = [asyncio.create_task(read()) for _ in range(8)]
    for _ in range(30):
        await asyncio.sleep(0.02)
        await killer.execute(others)
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    await killer.close()
    await database.close()

    assert told == {Unavailable}
