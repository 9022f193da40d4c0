"""The engine: what it answers, what it rejects, and how it ends what takes too long."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any, Literal

import pytest
import strawberry
from graphql import ExecutionResult, GraphQLError
from strawberry.extensions import SchemaExtension

from mentorhub.execution import Engine, Rejected, batch
from tests.execution.contexts import Context, type_of_info


class Held:
    """What a test lets happen, and what it saw."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.was_cancelled = False

    async def wait(self) -> None:
        self.began.set()
        try:
            await self.goes_on.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise


class HoldingContext(Context):
    def __init__(self) -> None:
        super().__init__()
        self.held = Held()


async def doubles_of(parents: Sequence["Event"], info: type_of_info) -> list[int]:
    info.context.happened.append(f"doubles of {len(parents)}")
    return [2 * parent.number for parent in parents]


@strawberry.type
class Event:
    number: int
    double: int = batch(doubles_of, description="Twice the number.")

    @strawberry.field
    def strict(self) -> int:
        if self.number == 2:
            msg = "no twos"
            raise ValueError(msg)
        return self.number


@strawberry.type
class Query:
    @strawberry.field
    def fails(self) -> str | None:
        msg = "secret"
        raise RuntimeError(msg)

    @strawberry.field
    async def waits(self, info: strawberry.Info[HoldingContext, Any]) -> str | None:
        await info.context.held.wait()
        return "done"

    @strawberry.field
    async def strict(self) -> str:
        msg = "all is lost"
        raise RuntimeError(msg)

    @strawberry.field
    def word(self) -> str:
        return "word"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def note(self, info: type_of_info, word: str) -> list[str]:
        info.context.happened.append(f"{word} begins")
        await asyncio.sleep(0)
        info.context.happened.append(f"{word} ends")
        return list(info.context.happened)

    @strawberry.mutation
    async def fail(self) -> str:
        msg = "failed"
        raise RuntimeError(msg)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def events(self, info: type_of_info, until: int = 3) -> AsyncIterator[Event]:
        try:
            for number in range(1, until + 1):
                yield Event(number=number)
        finally:
            info.context.happened.append("closed")

    @strawberry.subscription
    async def breaks(self) -> AsyncIterator[Event]:
        yield Event(number=1)
        msg = "secret"
        raise RuntimeError(msg)


SCHEMA = strawberry.Schema(Query, Mutation, Subscription)
EXECUTORS: list[Literal["compiled", "stock"]] = ["compiled", "stock"]


def mask(error: GraphQLError) -> GraphQLError:
    return GraphQLError("masked", nodes=error.nodes, path=error.path, extensions={"code": "INTERNAL"})


@pytest.fixture(params=EXECUTORS)
def engine(request: pytest.FixtureRequest) -> Engine:
    return Engine(SCHEMA, mask=mask, executor=request.param)


async def ask(engine: Engine, text: str, context: Context | None = None, **variables: Any) -> ExecutionResult:
    return await engine.execute(engine.prepare(text), variables, context or Context())


async def test_every_error_of_execution_is_masked(engine: Engine) -> None:
    result = await ask(engine, "{ fails word }")

    assert result.data == {"fails": None, "word": "word"}
    assert result.errors
    assert [(error.message, error.path) for error in result.errors] == [("masked", ["fails"])]


async def test_each_executor_counts_what_it_did(engine: Engine) -> None:
    await ask(engine, "{ word }")

    counts = engine.counts
    assert (counts.compiled, counts.stock) == ((1, 0) if engine.executor == "compiled" else (0, 1))


async def test_mutations_are_done_one_after_the_other(engine: Engine) -> None:
    context = Context()

    result = await ask(engine, 'mutation { a: note(word: "a") b: note(word: "b") }', context)

    assert result.errors is None
    assert context.happened == ["a begins", "a ends", "b begins", "b ends"]


async def test_no_mutation_is_begun_when_the_answer_is_lost(engine: Engine) -> None:
    context = Context()

    result = await ask(engine, 'mutation { a: note(word: "a") fail b: note(word: "b") }', context)

    assert result.data is None
    assert result.errors
    assert context.happened == ["a begins", "a ends"]


async def test_a_deadline_ends_the_execution_and_is_told(engine: Engine) -> None:
    engine.deadline = 0.02
    context = HoldingContext()

    result = await ask(engine, "{ waits word }", context)

    assert result.data is None
    assert result.errors
    assert result.errors[0].extensions == {"code": "TIMEOUT"}
    assert context.held.was_cancelled


async def test_cancelling_an_execution_cancels_what_it_waits_for(engine: Engine) -> None:
    context = HoldingContext()
    task = asyncio.ensure_future(ask(engine, "{ a: waits b: waits word }", context))
    await context.held.began.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert context.held.was_cancelled


async def test_nothing_is_waited_for_when_the_answer_is_lost(engine: Engine) -> None:
    context = HoldingContext()

    result = await ask(engine, "{ waits strict }", context)

    assert result.data is None
    assert result.errors
    assert [error.path for error in result.errors] == [["strict"]]
    assert context.held.was_cancelled


async def test_a_subscription_is_not_executed_nor_a_query_subscribed_to(engine: Engine) -> None:
    with pytest.raises(TypeError, match="subscribed to, not executed"):
        await ask(engine, "subscription { events { number } }")
    with pytest.raises(TypeError, match="Only a subscription"):
        await engine.subscribe(engine.prepare("{ word }"), None, Context())


async def test_each_event_is_executed_with_batches_of_its_own(engine: Engine) -> None:
    context = Context()
    prepared = engine.prepare(
        "subscription ($until: Int!) { events(until: $until) { number double strict } }"
    )

    stream = await engine.subscribe(prepared, {"until": 3}, context)
    results = [result async for result in stream]

    assert [result.data for result in results] == [
        {"events": {"number": 1, "double": 2, "strict": 1}},
        None,
        {"events": {"number": 3, "double": 6, "strict": 3}},
    ]
    assert [[error.message for error in result.errors or []] for result in results] == [[], ["masked"], []]
    assert context.happened == ["closed"]


async def test_closing_the_stream_closes_its_source(engine: Engine) -> None:
    context = Context()
    stream = await engine.subscribe(engine.prepare("subscription { events { number } }"), None, context)
    await anext(stream)

    await stream.aclose()

    assert context.happened == ["closed"]


async def test_an_error_of_the_source_is_the_last_answer_and_masked(engine: Engine) -> None:
    stream = await engine.subscribe(engine.prepare("subscription { breaks { number } }"), None, Context())

    results = [result async for result in stream]

    assert [result.data for result in results] == [{"breaks": {"number": 1}}, None]
    assert [error.message for error in results[1].errors or []] == ["masked"]


async def test_a_source_that_cannot_be_made_rejects_the_subscription() -> None:
    @strawberry.type
    class Refusing:
        @strawberry.subscription
        async def refused(self) -> AsyncGenerator[int, None]:
            raise PermissionError

        @strawberry.subscription
        async def slow(self, info: strawberry.Info[HoldingContext, Any]) -> AsyncGenerator[int, None]:
            await info.context.held.wait()
            raise PermissionError

    engine = Engine(strawberry.Schema(Query, subscription=Refusing), mask=mask, deadline=0.02)

    for text in ("subscription { refused }", "subscription { slow }"):
        with pytest.raises(Rejected) as rejected:
            await engine.subscribe(engine.prepare(text), None, HoldingContext())
        assert rejected.value.errors[0].extensions in ({"code": "INTERNAL"}, {"code": "TIMEOUT"})


async def test_variables_that_do_not_fit_reject_a_subscription(engine: Engine) -> None:
    prepared = engine.prepare("subscription ($until: Int!) { events(until: $until) { number } }")

    with pytest.raises(Rejected) as rejected:
        await engine.subscribe(prepared, {"until": "many"}, Context())

    assert rejected.value.errors[0].extensions == {"code": "BAD_USER_INPUT"}


def test_schema_extensions_are_not_silently_left_out() -> None:
    with pytest.raises(TypeError, match="does not run schema extensions"):
        Engine(strawberry.Schema(Query, extensions=[SchemaExtension]))
