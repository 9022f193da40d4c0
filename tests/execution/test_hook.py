"""Strawberry's own pipeline with the compiled executor: what plans cover goes by plan, the rest as ever."""

from typing import Any

import pytest
import strawberry
from graphql import GraphQLSchema, build_schema, parse
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from mentorhub.execution.hook import KEPT, CompiledExecution, Kept
from tests.execution.both import executed


@strawberry.type
class Query:
    word: str = "word"

    @strawberry.field
    def hello(self, name: str = "you") -> str:
        return f"hello {name}"

    @strawberry.field
    def query(self) -> "Query":
        return Query()

    @strawberry.field
    async def later(self) -> str:
        return "later"


class Loud(SchemaExtension):
    def resolve(self, _next: Any, root: Any, info: Any, *args: str, **kwargs: Any) -> Any:
        value = _next(root, info, *args, **kwargs)
        return value.upper() if isinstance(value, str) else value


def schema_with(**options: Any) -> strawberry.Schema:
    return strawberry.Schema(Query, execution_context_class=CompiledExecution, **options)


def counts(schema: GraphQLSchema) -> tuple[int, int]:
    kept: Kept = schema.extensions[KEPT]
    return kept.counts.compiled, kept.counts.stock


async def test_strawberry_executes_by_plan() -> None:
    schema = schema_with()

    result = await schema.execute('{ hello(name: "me") later }', root_value=Query())

    assert result.data == {"hello": "hello me", "later": "later"}
    assert counts(schema._schema) == (1, 0)


async def test_extensions_that_wrap_resolvers_have_the_stock_executor() -> None:
    schema = schema_with(extensions=[Loud])

    result = await schema.execute("{ hello }")

    assert result.data == {"hello": "HELLO YOU"}
    assert counts(schema._schema) == (0, 1)


def test_what_is_executed_synchronously_is_the_stock_executors() -> None:
    schema = schema_with()

    result = schema.execute_sync("{ hello word }", root_value=Query())

    assert result.data == {"hello": "hello you", "word": "word"}
    assert counts(schema._schema) == (0, 1)


SDL = """
directive @experimental_disableErrorPropagation on QUERY
directive @defer(if: Boolean) on FRAGMENT_SPREAD | INLINE_FRAGMENT
input Filter { word: String! }
type Query {
  word: String
  sure: String!
  query: Query
  list(first: Int = 3): [Int]
  sized(first: Int!): Int
  filtered(filter: Filter!): String
}
"""
ROOT: dict[str, Any] = {
    "word": "word",
    "query": lambda info: ROOT,
    "sized": lambda info, first: first,
    "filtered": lambda info, **arguments: arguments["filter"]["word"],
}


@pytest.mark.parametrize(
    "text",
    [
        "query @experimental_disableErrorPropagation { sure }",
        "{ ... @defer(if: false) { word } }",
        "query ($if: Boolean) { word @include(if: $if) }",
        "mutation { word }",
        "{ query " * 80 + "{ word }" + " }" * 80,
    ],
)
async def test_what_plans_do_not_cover_is_the_stock_executors(text: str) -> None:
    schema = build_schema(SDL)

    compiled = await executed(CompiledExecution, schema, text, ROOT)
    stock = await executed(StrawberryGraphQLCoreExecutionContext, schema, text, ROOT)

    assert counts(schema) == (0, 1)
    assert (compiled.data, compiled.errors) == (stock.data, stock.errors)


@pytest.mark.parametrize(
    "text",
    [
        "{ word unknown }",
        "{ ...Unknown word }",
        "{ query { ...A } } fragment A on Query { word ...A }",
        "{ sized }",
        "{ sized(first: null) }",
        '{ sized(first: "1") }',
        "query ($n: Int) { sized(first: $n) }",
        "query ($n: Int = 1) { sized(first: $n) }",
        "query ($word: String) { filtered(filter: {word: $word}) }",
        'query ($word: String = "w") { filtered(filter: {word: $word}) }',
        "fragment Unused on Query { word @include(if: $other) } query { word }",
    ],
)
async def test_documents_that_were_not_validated_are_answered_alike(text: str) -> None:
    schema = build_schema(SDL)

    compiled = await executed(CompiledExecution, schema, text, ROOT)
    stock = await executed(StrawberryGraphQLCoreExecutionContext, schema, text, ROOT)

    assert counts(schema) == (1, 0)
    assert (compiled.data, compiled.errors) == (stock.data, stock.errors)


async def test_a_default_that_does_not_fit_is_each_fields_error() -> None:
    schema = build_schema('type Query { sized(first: Int = "x"): Int }', assume_valid=True)

    compiled = await executed(CompiledExecution, schema, "{ sized }", ROOT)
    stock = await executed(StrawberryGraphQLCoreExecutionContext, schema, "{ sized }", ROOT)

    assert compiled.errors
    assert (compiled.data, compiled.errors) == (stock.data, stock.errors)


def test_plans_are_kept_by_document_and_choice_within_bounds() -> None:
    schema = build_schema(SDL)
    schema.extensions[KEPT] = kept = Kept(size=2)
    documents = [parse("query ($if: Boolean!) { word @include(if: $if) query { word } }") for _ in range(3)]

    def plan(number: int, *, value: bool) -> Any:
        executor = CompiledExecution.build(schema, documents[number], raw_variable_values={"if": value})
        assert isinstance(executor, CompiledExecution)
        return kept.of(executor).plan(executor.variable_values.coerced)

    first = plan(0, value=True)

    assert plan(0, value=True) is first
    assert plan(0, value=False) is not first
    plan(1, value=True)
    plan(2, value=True)
    assert plan(0, value=True) is not first
