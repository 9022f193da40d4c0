"""graphql-core's own executor, as Strawberry sets it up: for what plans do not cover, and as their oracle."""

from typing import Any

from graphql import default_field_resolver, default_type_resolver
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from .documents import Prepared


def stock_executor(
    prepared: Prepared, values: VariableValues, context: Any, root_value: Any = None
) -> StrawberryGraphQLCoreExecutionContext:
    return StrawberryGraphQLCoreExecutionContext(
        prepared.schema,
        prepared.fragments,
        {name: FragmentDetails(definition) for name, definition in prepared.fragments.items()},
        root_value,
        context,
        prepared.operation,
        values,
        default_field_resolver,
        default_type_resolver,
        default_field_resolver,
        is_awaitable=optimized_is_awaitable,
        hide_suggestions=True,
    )
