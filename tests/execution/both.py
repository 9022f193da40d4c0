"""One operation through both executors, and what it means that their answers agree.

Where nothing is awaited, they agree in everything, the order of errors included. Where something is, graphql-core
tells errors in the order in which they happened to come, and where several strike down the same part of the answer it
tells those that came before the first of them was noticed. So there, errors are compared as a multiset; and where
they differ, each part struck down must have an error, of those that graphql-core knows of when made to tell all.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, parse
from graphql.execution.executor import CollectedErrors
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from mentorhub.execution import Answer
from mentorhub.execution.hook import KEPT, CompiledExecution

type_of_error = tuple[str, tuple[str | int, ...], tuple[tuple[int, int], ...]]


@dataclass
class Answers:
    stock: ExecutionResult
    compiled: ExecutionResult
    was_compiled: bool
    was_awaited: bool
    possible: Callable[[], Awaitable[ExecutionResult]]
    """Executes as graphql-core does, and tells every error there is."""


class Result(ExecutionResult):
    was_awaited = False


async def executed(
    cls: type[StrawberryGraphQLCoreExecutionContext],
    schema: GraphQLSchema,
    text: str | DocumentNode,
    root: Any = None,
    context: Any = None,
    variables: dict[str, Any] | None = None,
) -> Result:
    document = parse(text) if isinstance(text, str) else text
    executor = cls.build(schema, document, root, context, variables)
    assert not isinstance(executor, list)
    result: Any = executor.execute_operation()
    was_awaited = isawaitable(result)
    if isawaitable(result):
        result = await result
    while executor.background_futures:
        await asyncio.wait(list(executor.background_futures))
    told = Result(result.data, result.errors)
    told.was_awaited = was_awaited
    return told


class Outspoken(StrawberryGraphQLCoreExecutionContext):
    """Errors strike down no more than their own position, and all are told."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_propagation = False
        self.collected_errors = AllErrors()


class AllErrors(CollectedErrors):
    def has_nulled_position(self, start_path: Any) -> bool:
        return False


async def both(
    schema: GraphQLSchema,
    text: str | DocumentNode,
    *,
    root: Callable[[], Any] = lambda: None,
    context: Callable[[], Any] = lambda: None,
    variables: dict[str, Any] | None = None,
) -> Answers:
    """Each execution gets a root and a context of its own."""
    document = parse(text) if isinstance(text, str) else text
    was_awaited = False

    async def execute(cls: type[StrawberryGraphQLCoreExecutionContext]) -> ExecutionResult:
        nonlocal was_awaited
        result = await executed(cls, schema, document, root(), context(), variables)
        was_awaited = was_awaited or result.was_awaited
        return result

    stock = await execute(StrawberryGraphQLCoreExecutionContext)
    compiled = await execute(CompiledExecution)
    counts = schema.extensions[KEPT].counts
    was_compiled, counts.compiled = bool(counts.compiled), 0
    return Answers(stock, compiled, was_compiled, was_awaited, possible=partial(execute, Outspoken))


async def assert_agreement(answers: Answers) -> None:
    stock, compiled = answers.stock, answers.compiled
    if isinstance(compiled, Answer):
        assert compiled.fields == fields_of(compiled.data)
    assert json.dumps(compiled.data, default=repr) == json.dumps(stock.data, default=repr)
    told, expected = list(map(plain, compiled.errors or [])), list(map(plain, stock.errors or []))
    if not answers.was_awaited:
        assert told == expected
        return
    if Counter(told) == Counter(expected):
        return
    outspoken = await answers.possible()
    possible = set(map(plain, outspoken.errors or []))
    told_at, expected_at = by_nulled_part(told, compiled.data), by_nulled_part(expected, stock.data)
    assert told_at.keys() == expected_at.keys()
    for position, errors in told_at.items():
        if Counter(errors) != Counter(expected_at[position]):
            assert set(errors) <= possible
            # Only where one error strikes down others is there a choice of which to tell.
            assert any(path != position for _, path, _ in errors + expected_at[position])


def fields_of(data: Any) -> int:
    if isinstance(data, dict):
        return len(data) + sum(map(fields_of, data.values()))
    return sum(map(fields_of, data)) if isinstance(data, list) else 0


def by_nulled_part(
    errors: list[type_of_error], data: Any
) -> dict[tuple[str | int, ...], list[type_of_error]]:
    parts: dict[tuple[str | int, ...], list[type_of_error]] = {}
    for error in errors:
        path = error[1]
        value, length = data, 0
        while value is not None and length < len(path):
            value = value[path[length]]
            length += 1
        parts.setdefault(path[:length], []).append(error)
    return parts


def plain(error: GraphQLError) -> type_of_error:
    locations = tuple((each.line, each.column) for each in error.locations or ())
    return error.message, tuple(error.path or ()), locations
