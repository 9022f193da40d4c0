"""Waiting with one timer for all."""

import asyncio

import pytest

from mentorhub.patience import Patience


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
