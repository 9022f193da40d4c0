"""Buckets shared through a real Redis, and what becomes of them while it is away."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from mentorhub.rates import Allowance, Rates, open_rates, shared
from tests.rates.conftest import RedisServer

ALLOWANCE = Allowance(points=100, restored=1)


@pytest.fixture
async def processes(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Rates, Rates]]:
    """Two that share one Redis, which is not away only because the machine is busy."""
    monkeypatch.setattr(shared, "_PATIENCE", 5.0)
    opened = [open_rates(ALLOWANCE, redis_url=redis_server.url) for _ in range(2)]
    yield opened[0], opened[1]
    for rates in opened:
        await rates.close()


async def test_two_processes_take_from_one_bucket(processes: tuple[Rates, Rates]) -> None:
    one, other = processes
    await one.take("anna", 70)

    refused = await other.take("anna", 70)

    assert 39 <= refused.wait <= 40
    assert refused.remaining in {30, 31}


async def test_many_at_once_never_take_more_than_there_is(processes: tuple[Rates, Rates]) -> None:
    charges = await asyncio.gather(*(processes[number % 2].take("anna", 10) for number in range(40)))

    assert sum(charge.wait == 0 for charge in charges) == 10


async def test_what_was_not_used_is_given_back_to_all(processes: tuple[Rates, Rates]) -> None:
    one, other = processes
    charge = await one.take("anna", 90)
    one.settle(charge, 10)

    await _until(other, 80, is_admitted=True)

    assert charge.remaining in {90, 91}


async def test_fines_reach_the_shared_bucket(processes: tuple[Rates, Rates]) -> None:
    one, other = processes
    for _ in range(11):
        one.fine("anna", 10)

    await _until(other, 1, is_admitted=False)

    assert one.wait_of("anna") > 0
    assert other.wait_of("anna") > 0


async def _until(rates: Rates, cost: int, *, is_admitted: bool) -> None:
    """What one process gives back reaches the others a moment later."""
    async with asyncio.timeout(5):
        while ((await rates.take("anna", cost)).wait == 0) != is_admitted:  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.02)


async def test_without_redis_limits_go_on_in_the_process_and_the_log_says_so(
    processes: tuple[Rates, Rates],
    redis_server: RedisServer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shared, "_AGAIN", 0.2)
    one, _ = processes
    await one.take("anna", 10)
    caplog.set_level(logging.WARNING, "mentorhub.rates")

    redis_server.stop()
    away = [await one.take("anna", 60) for _ in range(3)]
    redis_server.start()
    async with asyncio.timeout(10):
        while "back" not in caplog.text:
            await one.take("ben", 1)
            await asyncio.sleep(0.05)

    assert [charge.wait == 0 for charge in away] == [True, False, False]
    assert caplog.text.count("Redis is away") == 1
    assert "127.0.0.1" not in caplog.text


async def test_a_redis_that_was_never_there_keeps_nobody_waiting() -> None:
    rates = open_rates(ALLOWANCE, redis_url="redis://127.0.0.1:1/0")

    async with asyncio.timeout(1):
        charges = [await rates.take("anna", 60) for _ in range(2)]

    assert [charge.wait == 0 for charge in charges] == [True, False]
    await rates.close()
