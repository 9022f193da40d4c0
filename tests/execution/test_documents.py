"""Documents are refused before they cost anything, and prepared once."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import strawberry
from graphql import get_introspection_query

from mentorhub.execution import Engine, Limits, Rejected
from tests.execution.contexts import Context


@strawberry.type
class Item:
    name: str
    size: int = 1

    @strawberry.field
    def items(self, first: int = 20) -> list["Item"]:
        return [Item(name=f"{self.name}.{number}") for number in range(first)]

    @strawberry.field
    def more(self) -> list["Item"]:
        return []

    @strawberry.field
    def page(self, first: int | None = None, last: int | None = None) -> "Page":
        return Page(nodes=[])

    @strawberry.field
    def item(self) -> "Item":
        return Item(name=f"{self.name}.0")


@strawberry.type
class Page:
    nodes: list[Item]
    total: int = 0


@strawberry.type
class Query:
    @strawberry.field
    def item(self, name: str = "item") -> Item:
        return Item(name=name)

    @strawberry.field
    def items(self, ids: list[strawberry.ID]) -> list[Item]:
        return []


@strawberry.type
class Mutation:
    @strawberry.mutation
    def touch(self, name: str) -> Item:
        return Item(name=name)


SCHEMA = strawberry.Schema(Query, Mutation)


@pytest.fixture
def engine() -> Engine:
    return Engine(SCHEMA)


def rejected(call: Callable[[], Any]) -> list[dict[str, Any]]:
    with pytest.raises(Rejected) as caught:
        call()
    return [{"message": error.message, **(error.extensions or {})} for error in caught.value.errors]


def test_a_syntax_error_is_told_with_its_place(engine: Engine) -> None:
    with pytest.raises(Rejected) as caught:
        engine.prepare("{ item { name ")

    (error,) = caught.value.errors
    assert error.extensions == {"code": "GRAPHQL_PARSE_FAILED"}
    assert error.locations


def test_faults_are_told_without_suggestions_and_not_without_end() -> None:
    engine = Engine(SCHEMA, limits=Limits(errors=3))

    errors = rejected(lambda: engine.prepare("{ item { nam siz itms nme foo } }"))

    assert [error["code"] for error in errors] == ["GRAPHQL_VALIDATION_FAILED"] * 4
    assert errors[0]["message"] == "Cannot query field 'nam' on type 'Item'."
    assert errors[3]["message"].startswith("Too many validation errors")


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("query A { item { name } } query B { item { name } }", None, "Must provide operation name"),
        ("query A { item { name } }", "B", "Unknown operation named 'B'."),
        ("fragment A on Item { name }", None, "Must provide an operation."),
    ],
)
def test_which_operation_must_be_clear(engine: Engine, text: str, name: str | None, message: str) -> None:
    (error,) = rejected(lambda: engine.prepare(text, name))

    assert error["message"].startswith(message)
    assert error["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_an_operation_is_prepared_once(engine: Engine) -> None:
    text = 'query A { item { name } } mutation B { touch(name: "a") { name } }'

    first, second = engine.prepare(text, "A"), engine.prepare(text, "B")

    assert engine.prepare(text, "A") is first
    assert (first.operation_type, first.name, first.text) == ("query", "A", text)
    assert (second.operation_type, second.name) == ("mutation", "B")


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    engine = Engine(SCHEMA, limits=Limits(documents=2))
    texts = [f'{{ item(name: "{name}") {{ name }} }}' for name in "abc"]
    first, second = engine.prepare(texts[0]), engine.prepare(texts[1])
    assert engine.prepare(texts[0]) is first

    engine.prepare(texts[2])

    assert engine.prepare(texts[0]) is first
    assert engine.prepare(texts[1]) is not second


def test_no_more_tokens_are_kept_than_allowed() -> None:
    engine = Engine(SCHEMA, limits=Limits(kept_tokens=20))
    texts = [f'{{ item(name: "{name}") {{ name }} }}' for name in "abc"]
    first = engine.prepare(texts[0])

    for text in texts[1:]:
        engine.prepare(text)

    assert engine.prepare(texts[0]) is not first


@pytest.mark.parametrize(
    ("limits", "text", "limit", "actual"),
    [
        (Limits(characters=10), "{ item { name } }", 10, 17),
        (Limits(tokens=5), "{ item { name } }", 5, 6),
        (Limits(tokens=5), "# 1\n# 2\n# 3\n# 4\n{ item { name } }", 5, 6),
        (Limits(operations=1), "query A { item { name } } query B { item { name } }", 1, 2),
        (
            Limits(directives=1),
            "query ($a: Boolean = true) @include(if: $a) { item { name @skip(if: false) } }",
            1,
            2,
        ),
        (Limits(depth=2), "{ item { item { name } } }", 2, 3),
        (
            Limits(depth=3),
            "{ ...A } fragment A on Query { item { ...B } } fragment B on Item { item { item { name } } }",
            3,
            4,
        ),
        (Limits(aliases=1), "{ a: item { b: name } }", 1, 2),
        (
            Limits(aliases=3),
            "{ item { ...A } x: item { ...A } } fragment A on Item { a: name b: name }",
            3,
            5,
        ),
        (Limits(root_fields=1), "{ item { name } ... on Query { __typename } }", 1, 2),
        (Limits(mutations=1), 'mutation { a: touch(name: "") { name } b: touch(name: "") { name } }', 1, 2),
        (Limits(introspection_depth=3), "{ __schema { types { fields { name } } } }", 3, 4),
        (Limits(introspection_cost=9), "{ __schema { types { name } } }", 9, 18),
    ],
)
def test_what_exceeds_a_limit_is_told_with_both_numbers(
    limits: Limits, text: str, limit: int, actual: int
) -> None:
    engine = Engine(SCHEMA, limits=limits)
    name = "A" if "query A" in text else None

    (error,) = rejected(lambda: engine.prepare(text, name))

    assert error["code"] == "QUERY_TOO_COMPLEX"
    assert (error["limit"], error["actual"]) == (limit, actual)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ item { name size } }", 3),
        ("{ item { more { name } } }", 2 + 10),
        ("{ item { items { name } } }", 2 + 20),
        ("{ item { items(first: 3) { name items(first: 2) { name } } } }", 2 + 3 * (2 + 2)),
        ("{ item { page(last: 7) { nodes { name } total } } }", 2 + 2 + 7),
        ("{ item { page { nodes { name } ... on Page { total } } } }", 2 + 2 + 20),
        ("{ item { page(first: 7) { ...A } } } fragment A on Page { nodes { name } }", 2 + 1 + 7),
        ("query ($n: Int = 4) { item { items(first: $n) { name } } }", 2 + 4),
        ("query ($n: Int) { item { items(first: $n) { name } } }", 2 + 20),
        ("query ($n: Int = -4) { item { items(first: $n) { name } } }", 2),
        ("{ item { items(first: 99999999) { name } } }", 2 + 500),
        ('{ items(ids: ["1", "2", "3"]) { name } }', 1 + 3),
        ("{ __schema { types { name } } }", 1),
    ],
)
def test_the_cost_counts_the_fields_to_be_answered(engine: Engine, text: str, cost: int) -> None:
    assert engine.prepare(text).cost == cost


async def test_the_sizes_that_variables_give_count_at_execution() -> None:
    engine = Engine(SCHEMA, limits=Limits(cost=100))
    prepared = engine.prepare(
        "query ($n: Int!, $m: Int!) { item { items(first: $n) { name items(first: $m) { name } } } }"
    )

    result = await engine.execute(prepared, {"n": 3, "m": 20}, Context())
    with pytest.raises(Rejected) as caught:
        await engine.execute(prepared, {"n": 20, "m": 20}, Context())

    assert result.errors is None
    (error,) = caught.value.errors
    assert error.extensions == {"code": "QUERY_TOO_COMPLEX", "limit": 100, "actual": 2 + 20 * 2 + 400}


async def test_a_list_given_by_variable_counts_by_its_length() -> None:
    engine = Engine(SCHEMA, limits=Limits(cost=50))
    prepared = engine.prepare("query ($ids: [ID!]!) { items(ids: $ids) { name } }")

    assert prepared.cost == 21
    with pytest.raises(Rejected, match="costs 61"):
        await engine.execute(prepared, {"ids": ["1"] * 60}, Context())


async def test_the_whole_schema_can_be_introspected(engine: Engine) -> None:
    prepared = engine.prepare(get_introspection_query(type_depth=9))

    result = await engine.execute(prepared, None, Context())

    assert result.errors is None
    assert result.data is not None
    assert {"Item", "Query"} <= {each["name"] for each in result.data["__schema"]["types"]}


def test_introspection_can_be_switched_off() -> None:
    engine = Engine(SCHEMA, limits=Limits(introspection=False))

    errors = rejected(lambda: engine.prepare('{ __type(name: "Item") { name } }'))
    engine.prepare("{ __typename }")

    assert errors[0]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "introspection has been disabled" in errors[0]["message"]


DOUBLING = "{ item { ...F0 } } " + " ".join(
    f"fragment F{n} on Item {{ a: item {{ ...F{n + 1} }} b: item {{ ...F{n + 1} }} }}" for n in range(60)
)
ATTACKS = {
    "doubling fragments": DOUBLING + " fragment F60 on Item { name }",
    "doubling fragments of variable sizes": "query ($a: Int, $b: Int) { item { ...F0 } } "
    + " ".join(
        f"fragment F{n} on Item {{ items(first: $a) {{ ...F{n + 1} }} b: items(first: $b) {{ ...F{n + 1} }} }}"
        for n in range(40)
    )
    + " fragment F40 on Item { name }",
    "a circle of fragments": DOUBLING + " fragment F60 on Item { ...F0 }",
    "fragments that spread nothing known": "{ item { ...A ...B } }",
    "deep selections": "{ item " * 190 + "{ name }" + " }" * 190,
    "deeper than the parser goes": "{ item " * 300 + "{ name }" + " }" * 300,
    "deep inline fragments": "{ item { " + "... { " * 150 + "name" + " }" * 150 + " } }",
    "one leaf many times": "{ item { " + "name " * 1900 + "} }",
    "one object many times": "{ item { " + "item { name } " * 480 + "} }",
    "objects many times, nested": "{ "
    + "item { item { item { name } item { name } } item { name } } " * 100
    + "}",
    "fragments side by side": "{ "
    + " ".join(f"...F{n}" for n in range(130))
    + " } "
    + " ".join(f"fragment F{n} on Query {{ item {{ name }} }}" for n in range(130)),
    "a chain of fragments": "{ ...F0 } "
    + " ".join(f"fragment F{n} on Query {{ item {{ name }} ...F{n + 1} }}" for n in range(110))
    + " fragment F110 on Query { item { name } }",
    "deep values": "{ item(name: " + "[" * 190 + "]" * 190 + ") { name } }",
    "values deeper than the parser goes": "{ item(name: " + "[" * 900 + "]" * 900 + ") { name } }",
    "unknown fields": "{ " + " ".join(f"unknown{n}" for n in range(1900)) + " }",
    "operations": " ".join(f"query A{n} {{ item {{ name }} }}" for n in range(250)),
    "directives": "{ item { name " + "@include(if: true) " * 250 + "} }",
    "comments": "# \n" * 30_000 + "{ item { name } }",
    "a long string": '{ item(name: "' + "x" * 90_000 + '") { item { item(name: 1) { name } } } }',
    "a type system": "type A { a: A } " * 200,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_malicious_document_is_refused_quickly(engine: Engine, attack: str) -> None:
    started = time.process_time()

    with pytest.raises(Rejected) as caught:
        engine.prepare(ATTACKS[attack], "A0" if attack == "operations" else None)

    assert caught.value.errors
    assert len(caught.value.errors) <= engine.limits.errors + 1
    assert time.process_time() - started < 2
