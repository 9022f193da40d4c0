"""Waiting with one timer for all."""

import asyncio
import time

import pytest

from mentorhub.patience import Patience, give_way
from tests.busy import busy


async def test_what_is_there_is_not_waited_for() -> None:
    async def at_once() -> int:
        return 7

    assert await Patience(0.01).wait_for(at_once()) == 7


async def test_each_wait_has_the_same_length_whenever_it_began() -> None:
    patience, loop = Patience(0.1), asyncio.get_running_loop()

    async def wait_from(delay: float) -> float:
        await asyncio.sleep(delay)
        began = loop.time()
        with pytest.raises(TimeoutError):
            await patience.wait_for(asyncio.Event().wait())
        return loop.time() - began

    lengths = await asyncio.gather(*(wait_from(delay) for delay in (0, 0.02, 0.05, 0.12)))

    assert all(0.09 < length < 0.2 for length in lengths)


async def test_whoever_is_done_in_time_is_left_alone() -> None:
    patience = Patience(0.05)

    await patience.wait_for(asyncio.sleep(0.03))
    await asyncio.sleep(0.04)
    await patience.wait_for(asyncio.sleep(0.03))


async def test_to_be_cancelled_is_not_to_be_late() -> None:
    waiting = asyncio.create_task(Patience(5).wait_for(asyncio.Event().wait()))
    await asyncio.sleep(0)

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_to_be_late_and_cancelled_is_to_be_cancelled() -> None:
    async def cancels_itself() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()

    waiting = asyncio.create_task(Patience(0.01).wait_for(cancels_itself()))

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_to_be_late_is_told_also_to_whoever_cleans_up_after_being_cancelled() -> None:
    patience = Patience(0.01)

    async def cleans_up() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            try:
                await patience.wait_for(asyncio.Event().wait())
            except TimeoutError:
                return "late"
        return "not late"

    cleaning = asyncio.create_task(cleans_up())
    await asyncio.sleep(0)
    cleaning.cancel()

    assert await cleaning == "late"


async def test_whoever_ends_in_another_way_than_cancelled_is_not_taken_for_cancelled_afterwards() -> None:
    async def ends_otherwise() -> int:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return 7
        return 0

    assert await Patience(0.01).wait_for(ends_otherwise()) == 7

    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


def test_another_event_loop_is_as_impatient() -> None:
    patience = Patience(0.05)

    async def in_time() -> None:
        await patience.wait_for(asyncio.sleep(0))

    async def late() -> None:
        async with asyncio.timeout(2):
            await patience.wait_for(asyncio.Event().wait())

    asyncio.run(in_time())
    loop = asyncio.new_event_loop()
    try:
        with pytest.raises(TimeoutError):
            loop.run_until_complete(late())
        assert patience._timer is None
    finally:
        loop.close()


async def test_whoever_gives_way_waits_while_the_loop_is_busy_and_no_longer_than_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with busy(monkeypatch):
        began = time.perf_counter()
        await give_way(0.2)
        assert time.perf_counter() - began >= 0.2

    async with asyncio.timeout(5):
        await give_way(60)
