"""Turns: who shares one, who is left alone, and what is done for whoever has left."""

import asyncio
import gc
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar

import pytest

from mentorhub.resolvers import group_commit
from mentorhub.resolvers.group_commit import GroupCommit
from mentorhub.rules.refusals import Unavailable

MOST = 16
MOST_LANES = 8


class Desk:
    """Where turns are taken down, and held up until they may go on."""

    def __init__(self) -> None:
        self.turns: list[list[int]] = []
        self.committed: list[int] = []
        self.stopped: list[list[int]] = []
        self.bad: set[int] = set()
        self.is_away = False
        self.third = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.group = GroupCommit(self.commit)

    async def commit(self, asked: Sequence[int], check: Callable[[], None]) -> list[str | Exception]:
        self.turns.append(list(asked))
        if len(self.turns) == 3:
            self.third.set()
        try:
            await self.goes_on.wait()
        except asyncio.CancelledError:
            self.stopped.append(list(asked))
            raise
        if self.is_away:
            raise Unavailable
        if self.bad & set(asked):
            raise ZeroDivisionError
        check()
        self.committed += asked
        return [KeyError(each) if each < 0 else f"did {each}" for each in asked]


async def ticks(number: int = 5) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def coming_one_after_the_other(desk: Desk, number: int) -> "list[asyncio.Task[str]]":
    tasks = []
    for each in range(number):
        tasks.append(asyncio.create_task(desk.group.join(each)))
        await ticks()
    return tasks


async def test_those_who_come_at_once_share_a_turn_and_get_their_own_answers() -> None:
    desk = Desk()

    answers = await asyncio.gather(*map(desk.group.join, range(5)))

    assert answers == [f"did {number}" for number in range(5)]
    assert desk.turns == [[0, 1, 2, 3, 4]]


async def test_what_refuses_one_is_raised_for_that_one() -> None:
    desk = Desk()

    answers = await asyncio.gather(*map(desk.group.join, (1, -1, 2)), return_exceptions=True)

    assert (answers[0], answers[2]) == ("did 1", "did 2")
    assert isinstance(answers[1], KeyError)
    assert desk.turns == [[1, -1, 2]]


async def test_two_turns_at_once_and_the_rest_wait_for_the_next() -> None:
    desk = Desk()
    desk.goes_on.clear()
    tasks = await coming_one_after_the_other(desk, 40)
    assert desk.turns == [[0], [1]]

    desk.goes_on.set()
    await asyncio.gather(*tasks)

    assert [len(turn) for turn in desk.turns] == [1, 1, MOST, MOST, 6]
    assert desk.committed == list(range(40))


async def test_when_too_many_wait_whoever_comes_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "_MOST_WAITING", 3)
    desk = Desk()
    desk.goes_on.clear()
    tasks = await coming_one_after_the_other(desk, 5)

    with pytest.raises(Unavailable):
        await desk.group.join(5)

    desk.goes_on.set()
    assert await asyncio.gather(*tasks) == [f"did {number}" for number in range(5)]
    assert await desk.group.join(6) == "did 6"


async def test_a_fault_is_suffered_by_whoever_caused_it_alone() -> None:
    desk = Desk()
    desk.bad = {1}

    answers = await asyncio.gather(*map(desk.group.join, range(3)), return_exceptions=True)

    assert answers[::2] == ["did 0", "did 2"]
    assert isinstance(answers[1], ZeroDivisionError)
    assert desk.turns == [[0, 1, 2], [0], [1, 2], [1], [2]]


async def test_a_database_that_is_away_is_asked_once_for_all() -> None:
    desk = Desk()
    desk.is_away = True

    answers = await asyncio.gather(*map(desk.group.join, range(3)), return_exceptions=True)

    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert len(desk.turns) == 1


async def test_what_was_done_for_somebody_who_left_is_done_again_without_them() -> None:
    desk = Desk()
    desk.goes_on.clear()
    tasks = [asyncio.create_task(desk.group.join(number)) for number in range(3)]
    await ticks()

    tasks[1].cancel()
    await ticks()
    desk.goes_on.set()

    assert (await tasks[0], await tasks[2]) == ("did 0", "did 2")
    assert desk.turns == [[0, 1, 2], [0, 2]]
    assert desk.committed == [0, 2]


async def test_whoever_leaves_before_their_turn_has_none() -> None:
    desk = Desk()
    desk.goes_on.clear()
    tasks = await coming_one_after_the_other(desk, 4)

    tasks[2].cancel()
    await ticks()
    desk.goes_on.set()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert desk.turns == [[0], [1], [3]]


async def test_when_all_have_left_the_work_is_stopped_and_the_next_have_their_turn() -> None:
    desk = Desk()
    desk.goes_on.clear()
    tasks = await coming_one_after_the_other(desk, 3)

    tasks[0].cancel()
    await ticks()

    assert desk.stopped == [[0]]
    assert desk.turns == [[0], [1], [2]]
    desk.goes_on.set()
    assert await asyncio.gather(*tasks[1:]) == ["did 1", "did 2"]


@pytest.mark.parametrize("stopped", [0, 1])
async def test_nobody_waits_for_a_turn_that_was_stopped_from_outside(stopped: int) -> None:
    desk = Desk()
    desk.goes_on.clear()
    tasks = [asyncio.create_task(desk.group.join(number)) for number in range(2)]
    await ticks()

    for task in asyncio.all_tasks():
        if task.get_name() == "a turn":
            task.cancel()
    await asyncio.wait(tasks)

    assert tasks[stopped].cancelled()


@pytest.mark.parametrize("asked", [1, -1, 13])
async def test_turns_leave_no_garbage_in_circles(asked: int) -> None:
    desk = Desk()
    desk.bad = {13}
    await asyncio.gather(desk.group.join(asked), return_exceptions=True)
    gc.collect()
    gc.disable()
    try:
        for _ in range(50):
            with suppress(KeyError, ZeroDivisionError):
                await desk.group.join(asked)
        await ticks()
        assert gc.collect() < 50
    finally:
        gc.enable()


async def test_a_turn_that_takes_long_keeps_nobody_from_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mentorhub.resolvers.group_commit._LONG", 0.01)
    desk = Desk()
    desk.goes_on.clear()
    tasks = await coming_one_after_the_other(desk, 5)
    assert desk.turns == [[0], [1]]

    await asyncio.wait_for(desk.third.wait(), 10)
    desk.goes_on.set()

    assert await asyncio.gather(*tasks) == [f"did {number}" for number in range(5)]
    assert desk.turns == [[0], [1], [2, 3, 4]]


async def test_turns_that_take_long_are_not_endlessly_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mentorhub.resolvers.group_commit._LONG", 0)
    desk = Desk()
    desk.goes_on.clear()
    tasks = []
    for number in range(MOST_LANES + 3):
        tasks.append(asyncio.create_task(desk.group.join(number)))
        await ticks(10)

    assert len(desk.turns) == MOST_LANES
    desk.goes_on.set()
    assert len(await asyncio.gather(*tasks)) == MOST_LANES + 3


async def test_a_turn_is_in_the_context_of_whoever_came_first() -> None:
    asked: ContextVar[int] = ContextVar("asked")
    seen = []

    async def commit(numbers: Sequence[int], check: Callable[[], None]) -> list[int]:
        seen.append(asked.get())
        await ticks()
        return list(numbers)

    group = GroupCommit(commit)

    async def join(number: int) -> int:
        asked.set(number)
        return await group.join(number)

    tasks = []
    for number in range(4):
        tasks.append(asyncio.create_task(join(number)))
        await ticks(2)
    await asyncio.gather(*tasks)

    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen)
