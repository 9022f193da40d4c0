"""Single behaviours that generated documents come upon too rarely."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from types import coroutine
from typing import Any, Generic, NamedTuple, TypeVar

import pytest
import strawberry
from graphql import GraphQLEnumType, GraphQLEnumValue, build_schema
from strawberry import relay
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from mentorhub.execution import Engine, asked, batch, reads
from mentorhub.execution.hook import CompiledExecution
from mentorhub.execution.shapes import Leaf
from tests.execution.both import executed
from tests.execution.contexts import Context, type_of_info

STOCK = StrawberryGraphQLCoreExecutionContext


async def alike(schema: Any, text: str, root: Any = None, **variables: Any) -> Any:
    """The answer that both executors give."""
    results = [
        await executed(cls, schema, text, root, Context(), variables) for cls in (CompiledExecution, STOCK)
    ]
    compiled, stock = [(result.data, sorted(result.errors or [], key=repr)) for result in results]
    assert compiled == stock
    return results[0]


async def test_a_sync_batch_that_raises_fails_for_each_parent() -> None:
    def fail(parents: Sequence[Any], info: type_of_info) -> list[Any]:
        msg = "no"
        raise ValueError(msg)

    @strawberry.type
    class Query:
        fails: str | None = batch(fail, description="Fails.")

    result = await alike(strawberry.Schema(Query)._schema, "{ fails }")

    assert result.errors[0].message == "no"


async def test_a_batch_on_the_root_gets_its_root_value_even_if_that_is_none() -> None:
    async def words_of(parents: Sequence[Any], info: type_of_info) -> list[str]:
        return [f"{parent}" for parent in parents]

    @strawberry.type
    class Query:
        word: str = batch(words_of, description="Of the root.")

    result = await alike(strawberry.Schema(Query)._schema, "{ word }")

    assert result.data == {"word": "None"}


async def test_arguments_that_strawberry_refuses_are_the_fields_error() -> None:
    async def ids_of(parents: Sequence[Any], info: type_of_info, *, id: relay.GlobalID) -> list[str]:
        return [id.node_id for _ in parents]

    @strawberry.type
    class Query:
        batched: str | None = batch(ids_of, description="By id.")

        @strawberry.field
        def called(self, id: relay.GlobalID) -> str | None:
            return id.node_id

        @strawberry.field
        def maybe(self, info: type_of_info, word: strawberry.Maybe[str] = None) -> str:
            return repr(word)

    schema = strawberry.Schema(Query)._schema

    text = (
        "query ($id: ID!, $word: String) { batched(id: $id) called(id: $id) maybe(word: $word) none: maybe }"
    )
    good = await alike(schema, text, id=relay.to_base64("Type", 7), word="w")
    bad = await alike(schema, text, id="nonsense")

    assert good.data == {"batched": "7", "called": "7", "maybe": "Some('w')", "none": "None"}
    assert len(bad.errors) == 2


async def test_a_variable_within_a_literal_is_put_in_each_time() -> None:
    @strawberry.input
    class Point:
        x: int
        y: int | None = 0

    @strawberry.type
    class Query:
        @strawberry.field
        def at(self, points: list[Point]) -> str:
            return " ".join(f"{point.x}/{point.y}" for point in points)

    schema = strawberry.Schema(Query)._schema
    text = "query ($x: Int!, $y: Int) { at(points: [{x: $x, y: $y}, {x: 1}]) }"

    assert (await alike(schema, text, x=5)).data == {"at": "5/0 1/0"}
    assert (await alike(schema, text, x=6, y=7)).data == {"at": "6/7 1/0"}


async def test_enums_are_answered_by_name_whatever_stands_for_them() -> None:
    class Size(Enum):
        SMALL = "s"
        LARGE = [1, 2]  # noqa: RUF012  # not hashable on purpose

    size = strawberry.enum(Size)

    @strawberry.type
    class Query:
        @strawberry.field
        def sizes(self) -> list[size | None]:  # type: ignore[valid-type]
            return [Size.SMALL, "s", Size.LARGE, [1, 2], "unknown", None]

    result = await alike(strawberry.Schema(Query)._schema, "{ sizes }")

    assert result.data == {"sizes": ["SMALL", "SMALL", "LARGE", "LARGE", None, None]}


async def test_equal_enum_values_of_different_names_are_left_to_the_type() -> None:
    type_ = GraphQLEnumType(
        "Size", {"ONE": GraphQLEnumValue(1), "TRUE": GraphQLEnumValue(True), "NONE": GraphQLEnumValue(None)}
    )

    schema = build_schema("enum Size { ONE } type Query { size: Size }")
    schema.query_type.fields["size"].type = type_  # type: ignore[union-attr]

    assert Leaf(type_, non_null=False).names is not None
    await alike(schema, "{ size }", {"size": 1})
    await alike(schema, "{ size }", {"size": True})
    await alike(schema, "{ size }", {"size": None})


async def test_the_info_knows_everything() -> None:
    seen: list[Any] = []

    @strawberry.type
    class Query:
        @strawberry.field
        async def look(self, info: type_of_info) -> str:
            raw = info._raw_info
            assert info.context.happened == []
            told = await raw.async_helpers.gather([asyncio.sleep(0, "a"), asyncio.sleep(0, "b")])
            raw.async_helpers.track([asyncio.sleep(0), "not awaitable"])
            raw.async_helpers.track([])
            seen.append(
                (raw.schema, sorted(raw.fragments), raw.root_value, info.input_extensions, raw.abort_signal)
            )
            return " ".join([*told, info.query or "", str(info.schema)[:4], str(raw.is_awaitable(1))])

    schema = strawberry.Schema(Query)._schema

    await alike(schema, "{ ...A } fragment A on Query { look }", "root")

    assert seen[0] == seen[1]


async def test_old_coroutines_and_futures_are_awaited() -> None:
    @coroutine
    def old() -> Any:
        yield from asyncio.sleep(0).__await__()
        return "old"

    def future(info: Any) -> Any:
        future = asyncio.get_running_loop().create_future()
        future.set_result("future")
        return future

    schema = build_schema("type Query { old: String  future: String  list: [String] }")

    result = await alike(
        schema,
        "{ old future list }",
        {"old": lambda info: old(), "future": future, "list": lambda info: [old(), future(info)]},
    )

    assert result.data == {"old": "old", "future": "future", "list": ["old", "future"]}


async def test_types_are_told_by_awaited_checks_that_may_fail() -> None:
    schema = build_schema(
        "interface Pet { name: String } type Cat implements Pet { name: String } type Query { pet: Pet cat: Cat }"
    )
    cat = schema.type_map["Cat"]

    async def fails(value: Any, info: Any) -> bool:
        await asyncio.sleep(0)
        msg = "cannot tell"
        raise ValueError(msg)

    async def denies(value: Any, info: Any) -> bool:
        return False

    async def names_nothing(value: Any, info: Any, type_: Any) -> str:
        return "Nothing"

    root = {"pet": {"name": "Tom"}, "cat": {"name": "Tom"}}
    for check in (fails, denies):
        cat.is_type_of = check  # type: ignore[attr-defined]
        result = await alike(schema, "{ pet { name } cat { name } }", root)
        assert result.data == {"pet": None, "cat": None}
    schema.type_map["Pet"].resolve_type = names_nothing  # type: ignore[attr-defined]
    result = await alike(schema, "{ pet { name } }", root)
    assert "does not exist inside the schema" in result.errors[0].message


async def test_a_stream_in_a_list_field_is_closed_when_the_execution_is_cancelled() -> None:
    closed = asyncio.Event()
    began = asyncio.Event()

    class Numbers:
        def __aiter__(self) -> "Numbers":
            return self

        async def __anext__(self) -> int:
            began.set()
            await asyncio.Event().wait()
            return 1

        async def aclose(self) -> None:
            closed.set()

    schema = build_schema("type Query { numbers: [Int] }")
    task = asyncio.ensure_future(executed(CompiledExecution, schema, "{ numbers }", {"numbers": Numbers()}))
    await began.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed.is_set()


async def test_a_resolver_that_is_cancelled_from_inside_cancels_the_whole() -> None:
    async def cancelled(info: Any) -> Any:
        raise asyncio.CancelledError

    async def fine(info: Any) -> Any:
        return "fine"

    schema = build_schema("type Query { list: [String] a: String b: String }")

    for root in ({"list": lambda info: [cancelled(info), fine(info)]}, {"a": cancelled, "b": fine}):
        with pytest.raises(asyncio.CancelledError):
            await executed(CompiledExecution, schema, "{ list a b }", root)


async def test_futures_nobody_waits_for_any_more_are_cancelled() -> None:
    left = asyncio.get_running_loop().create_future()
    schema = build_schema("type Query { left: String  sure: String! }")

    result = await executed(
        CompiledExecution, schema, "{ left sure }", {"left": lambda info: left, "sure": None}
    )

    assert result.data is None
    assert left.cancelled()


async def test_generic_types_and_names_that_are_keywords_are_read() -> None:
    T = TypeVar("T")

    @strawberry.type
    class Box(Generic[T]):
        value: T
        from_: str = strawberry.field(name="from")

    class Row(NamedTuple):
        value: Any
        from_: str

    @strawberry.type
    class Query:
        @strawberry.field
        def words(self) -> Box[str]:
            return Row("w", "f")  # type: ignore[return-value]

        @strawberry.field
        def numbers(self) -> Box[list[int]] | None:
            return Row([1, 2**31], "f")  # type: ignore[return-value]

    result = await alike(strawberry.Schema(Query)._schema, "{ words { value from } numbers { value from } }")

    assert result.data == {"words": {"value": "w", "from": "f"}, "numbers": None}


async def test_deep_answers_need_no_deeper_stack_than_the_document() -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        def numbers(self) -> list[int]:
            return list(range(100_000))

    engine = Engine(strawberry.Schema(Query))

    result = await engine.execute(engine.prepare("{ numbers }"), None, Context())

    assert result.data is not None
    assert len(result.data["numbers"]) == 100_000


async def test_an_event_stream_without_a_way_to_close_is_left_alone() -> None:
    class Numbers:
        def __init__(self) -> None:
            self.number = 0

        def __aiter__(self) -> "Numbers":
            return self

        async def __anext__(self) -> int:
            self.number += 1
            if self.number > 2:
                raise StopAsyncIteration
            return self.number

    @strawberry.type
    class Query:
        word: str

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def numbers(self) -> AsyncIterator[int]:
            return Numbers()

    engine = Engine(strawberry.Schema(Query, subscription=Subscription))

    stream = await engine.subscribe(engine.prepare("subscription { numbers }"), None, Context())

    assert [result.data async for result in stream] == [{"numbers": 1}, {"numbers": 2}]


@strawberry.type
class Fruit:
    name: str = "pear"

    @strawberry.field
    def seeds(self) -> "list[Fruit]":
        return []


class Pear(NamedTuple):
    key: Any
    ripe_at: Any


def _key(root: Pear) -> str:
    return "pear_" + root.key  # type: ignore[no-any-return]  # a text, or it fails


def _ripe_at(root: Pear, hours: int | None = None) -> datetime:
    return root.ripe_at if hours is None else root.ripe_at + timedelta(hours=hours)  # type: ignore[no-any-return]  # or it fails


def _name(root: Pear) -> str:
    if root.key == "wormy":
        msg = "There is a worm in it."
        raise ValueError(msg)
    return f"a pear called {root.key}"


async def _awaited(root: Pear) -> str:
    return f"{root.key}, in the end"


async def test_what_a_resolver_only_reads_and_what_it_makes_is_as_if_it_were_called() -> None:
    @strawberry.type(name="Pear")
    class Shown:
        key: str | None = strawberry.field(resolver=_key, metadata=reads("key", prefix="pear_"))
        ripe_at: datetime | None = strawberry.field(resolver=_ripe_at, metadata=reads("ripe_at"))
        name: str | None = strawberry.field(resolver=_name)
        awaited: str | None = strawberry.field(resolver=_awaited)

    pears = [
        Pear("green", datetime(2026, 3, 8, tzinfo=UTC)),
        Pear("wormy", datetime(2026, 3, 8, 7, tzinfo=UTC)),
        Pear(7, None),
    ]

    @strawberry.type
    class Query:
        @strawberry.field
        def pears(self) -> list[Shown]:
            return pears  # type: ignore[return-value]  # rows

    schema = strawberry.Schema(Query)._schema
    text = "query ($h: Int) { pears { key ripeAt name awaited later: ripeAt(hours: 2) sooner: ripeAt(hours: $h) } }"

    result = await alike(schema, text)
    assert [pear["key"] for pear in result.data["pears"]] == ["pear_green", "pear_wormy", None]
    assert [str(error.path[-1]) for error in result.errors].count("name") == 1
    await alike(schema, text, h=-1)


async def test_instants_are_left_to_the_encoder_where_it_is_said_and_they_are_in_utc() -> None:
    local = datetime(2026, 3, 8, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    instants = [datetime(2026, 3, 8, 14, tzinfo=UTC), datetime(2026, 3, 8, 14, 0, 0, 5, tzinfo=UTC)]

    @strawberry.type
    class Query:
        at: datetime | None = strawberry.field(resolver=lambda: instants[0])
        others: list[datetime] = strawberry.field(resolver=lambda: instants)
        mixed: list[datetime] = strawberry.field(resolver=lambda: [instants[0], local])

    text = "{ at others mixed }"
    schema = strawberry.Schema(Query)
    engine = Engine(strawberry.Schema(Query), instants=("DateTime",))
    left = await engine.execute(engine.prepare(text), None, Context())
    plain = await alike(schema._schema, text)

    assert left.data == {"at": instants[0], "others": instants, "mixed": plain.data["mixed"]}
    assert plain.data["mixed"] == [instants[0].isoformat(), local.isoformat()]


async def test_a_resolver_is_told_what_is_asked_below_its_field() -> None:
    told: list[frozenset[str] | None] = []

    @strawberry.type
    class Query:
        @strawberry.field
        def fruit(self, info: type_of_info) -> Fruit:
            found = asked(info)
            told.append(found.names if found else None)
            told.append(found.at("seeds", "seeds.seeds").names if found else None)
            return Fruit()

    schema = strawberry.Schema(Query)._schema
    text = """
        query ($with: Boolean = false) {
            fruit { ...A a: seeds { ... on Fruit { one: name } } seeds { seeds { x: seeds { name } } } }
        }
        fragment A on Fruit { ...B seeds @include(if: $with) { ...B } }
        fragment B on Fruit { __typename }
    """
    await alike(schema, text)

    assert told == [{"__typename", "seeds"}, {"__typename", "name", "seeds"}, None, None]


class Colour(Enum):
    RED = "r"
    BLUE = "b"


strawberry.enum(Colour)


@strawberry.input
class Inner:
    size: int = 3
    words: list[str] | None = None


@strawberry.input
class Outer:
    must: str
    may: str | None
    has_default: int = 7
    unset: str | None = strawberry.UNSET
    colour: Colour = Colour.RED
    made: list[int] = strawberry.field(default_factory=lambda: [1])
    inner: Inner | None = None
    inners: list[Inner] | None = None
    node: relay.GlobalID | None = None
    perhaps: strawberry.Maybe[str | None]
    renamed: str | None = strawberry.field(name="otherwise", default=None)


@strawberry.type
class Echo:
    @strawberry.field
    def said(self, given: Outer) -> str:
        return repr(given)

    @strawberry.field
    def may_be_said(self, given: Outer | None = None) -> str:
        return repr(given)


GIVEN: list[dict[str, Any]] = [
    {"must": "a"},
    {"must": "a", "may": None, "unset": None, "inner": None, "perhaps": None, "otherwise": "o"},
    {
        "must": "a",
        "may": "b",
        "hasDefault": 1,
        "unset": "u",
        "colour": "BLUE",
        "made": [2, 3],
        "perhaps": "p",
    },
    {"must": "a", "inner": {}, "inners": [{"size": 1}, {"words": ["w"]}], "node": "VXNlcjox"},
    {"must": "a", "node": "no id"},
]


@pytest.mark.parametrize("field", ["said", "mayBeSaid"])
@pytest.mark.parametrize("given", GIVEN)
async def test_input_objects_become_what_strawberry_makes_of_them(given: dict[str, Any], field: str) -> None:
    text = f"query ($given: Outer!) {{ {field}(given: $given) }}"

    result = await alike(strawberry.Schema(Echo)._schema, text, given=given)

    assert bool(result.errors) is (given.get("node") == "no id")
