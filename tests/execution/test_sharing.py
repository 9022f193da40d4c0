"""Events that look the same to all are executed once, and never to anybody they are not for."""

import asyncio
from typing import Any, Self

import pytest
from graphql import ExecutionResult, GraphQLError

from mentorhub.execution import Batches
from mentorhub.execution.sharing import Answers, Common, CommonResult


class Viewer:
    """A context that notices whether anybody asked who is asking."""

    def __init__(self, name: str, audience: str = "all", *, watched: bool = False) -> None:
        self._name = name
        self.audience = audience
        self.batches = Batches()
        self.is_personal = not watched

    @property
    def name(self) -> str:
        self.is_personal = True
        return self._name

    def fresh(self) -> Self:
        return type(self)(self._name, self.audience)

    def watched(self) -> Self:
        return type(self)(self._name, self.audience, watched=True)


class Alone:
    """A context that shares nothing."""

    def __init__(self) -> None:
        self.batches = Batches()

    def fresh(self) -> Self:
        return type(self)()


class Executions:
    """Counts, waits if told to, and looks at the viewer if the event says so."""

    def __init__(self) -> None:
        self.count = 0
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def __call__(self, context: Any, event: Any) -> ExecutionResult:
        self.count += 1
        await self.goes_on.wait()
        if event == "personal":
            return ExecutionResult({"for": context.name})
        if event == "broken":
            return ExecutionResult({"event": None}, [GraphQLError("broken")])
        if event == "fatal":
            raise RuntimeError(event)
        return ExecutionResult({"event": event})


@pytest.fixture
def executions() -> Executions:
    return Executions()


def subscribers(executions: Executions, *contexts: Any, key: str = "key") -> list[Answers]:
    return [Answers(executions, context, key) for context in contexts]


def events(value: str, count: int) -> list[Common]:
    answers: dict[Any, Any] = {}
    return [Common(value, answers) for _ in range(count)]


async def answered(subscribers: list[Answers], value: str) -> list[Any]:
    together = zip(subscribers, events(value, len(subscribers)), strict=True)
    return await asyncio.gather(*(each.to(event) for each, event in together), return_exceptions=True)


async def test_what_is_the_same_for_all_is_executed_once(executions: Executions) -> None:
    first, second, third = await answered(
        subscribers(executions, Viewer("a"), Viewer("b"), Viewer("c")), "common"
    )

    assert executions.count == 1
    assert isinstance(first, CommonResult)
    assert first is second is third


async def test_what_was_made_before_is_given_to_who_comes_later(executions: Executions) -> None:
    (first, second), (event, same) = subscribers(executions, Viewer("a"), Viewer("b")), events("common", 2)

    made = await first.to(event)

    assert await second.to(same) is made


async def test_what_depends_on_the_viewer_is_executed_for_each(executions: Executions) -> None:
    results = await answered(subscribers(executions, Viewer("a"), Viewer("b"), Viewer("c")), "personal")

    assert [result.data for result in results] == [{"for": "a"}, {"for": "b"}, {"for": "c"}]


async def test_audiences_and_operations_share_nothing(executions: Executions) -> None:
    answers = [
        *subscribers(executions, Viewer("a"), Viewer("b", "others")),
        *subscribers(executions, Viewer("c"), key="another"),
    ]

    await answered(answers, "common")

    assert executions.count == 3


async def test_an_answer_with_errors_is_nobody_elses(executions: Executions) -> None:
    results = await answered(subscribers(executions, Viewer("a"), Viewer("b")), "broken")

    assert executions.count == 2
    assert results[0].errors
    assert results[0] is not results[1]


async def test_when_the_first_gives_up_the_next_tries(executions: Executions) -> None:
    executions.goes_on.clear()
    (first, second), (event, same) = subscribers(executions, Viewer("a"), Viewer("b")), events("common", 2)
    giving_up = asyncio.ensure_future(first.to(event))
    await asyncio.sleep(0)
    waiting = asyncio.ensure_future(second.to(same))
    await asyncio.sleep(0)

    giving_up.cancel()
    executions.goes_on.set()

    assert (await waiting).data == {"event": "common"}
    assert executions.count == 2


async def test_each_tries_for_itself_what_fails_for_all(executions: Executions) -> None:
    results = await answered(subscribers(executions, Viewer("a"), Viewer("b")), "fatal")

    assert [type(result) for result in results] == [RuntimeError, RuntimeError]


async def test_a_context_that_does_not_share_is_answered_alone(executions: Executions) -> None:
    results = await answered(subscribers(executions, Alone(), Alone()), "common")
    plain = await subscribers(executions, Alone())[0].to("not common")

    assert executions.count == 3
    assert [result.data for result in (*results, plain)] == [
        {"event": "common"},
        {"event": "common"},
        {"event": "not common"},
    ]
