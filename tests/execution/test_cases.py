"""The same cases for both executors."""

from typing import Any

import pytest
from graphql import ExecutionResult, build_schema
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from mentorhub.execution.hook import CompiledExecution
from tests.execution.both import executed
from tests.execution.cases import Case
from tests.execution.cases_of_lists import ITERABLES, lists
from tests.execution.cases_of_objects import SELECTIONS, TYPES, nulls

CASES = [*lists(), *ITERABLES, *nulls(), *TYPES, *SELECTIONS]
EXECUTORS = [StrawberryGraphQLCoreExecutionContext, CompiledExecution]


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")  # where an answer was lost
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("executor", EXECUTORS, ids=["stock", "compiled"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_case_is_answered_as_expected(case: Case, executor: Any) -> None:
    schema = build_schema(case.sdl)

    result: ExecutionResult = await executed(executor, schema, case.text, case.root, variables=case.variables)

    assert result.data == case.data
    assert _in_order(result.data) == _in_order(case.data)
    told = [(error.message, error.path) for error in result.errors or []]
    assert sorted(told, key=repr) == sorted(case.errors, key=repr)


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, _in_order(each)) for key, each in value.items()]
    return [_in_order(each) for each in value] if isinstance(value, list) else value
