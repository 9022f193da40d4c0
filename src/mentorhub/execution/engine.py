"""The engine: text and variables in, results out."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from inspect import isawaitable
from typing import Any, cast

import strawberry
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType, located_error
from graphql.execution import Executor, create_source_event_stream
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as StockExecutor

from .batches import OperationContext
from .documents import Documents, Prepared
from .limits import Limits
from .rejections import Code, Rejected, coded


def unmasked(error: GraphQLError) -> GraphQLError:
    return error


class Engine:
    """Prepares and executes the operations of one Strawberry schema.

    *mask* sees every error of execution and says what the client is told of it. *deadline* is in seconds,
    for one execution, for the making of one source stream, and for each event of it.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        mask: Callable[[GraphQLError], GraphQLError] = unmasked,
        deadline: float = 10.0,
    ) -> None:
        self.schema: GraphQLSchema = schema._schema  # noqa: SLF001  # Strawberry shows its graphql-core schema nowhere else
        self.limits = limits
        self.mask = mask
        self.deadline = deadline
        self.documents = Documents(self.schema, limits)

    def prepare(self, text: str, operation_name: str | None = None) -> Prepared:
        """The operation named, or the only one, of *text*; raises Rejected when it may not be executed."""
        return self.documents.prepare(text, operation_name)

    async def execute(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext
    ) -> ExecutionResult:
        """The answer to a query or mutation; raises Rejected when the variables do not fit."""
        if prepared.operation.operation is OperationType.SUBSCRIPTION:
            msg = "A subscription is subscribed to, not executed"
            raise TypeError(msg)
        return await self._run(self._executor(prepared, variables, context))

    async def subscribe(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext
    ) -> AsyncGenerator[ExecutionResult, None]:
        """The answers to a subscription, one for each event, each executed with a fresh context.

        Raises Rejected when the variables do not fit or the source stream cannot be made. An error of the
        source stream itself is the last answer.
        """
        if prepared.operation.operation is not OperationType.SUBSCRIPTION:
            msg = "Only a subscription is subscribed to"
            raise TypeError(msg)
        executor = self._executor(prepared, variables, context)
        try:
            async with asyncio.timeout(self.deadline):
                source = create_source_event_stream(executor)
                if isawaitable(source):
                    source = await source
        except TimeoutError:
            raise Rejected([self._late()]) from None
        if isinstance(source, ExecutionResult):
            raise Rejected([self.mask(error) for error in source.errors or ()])
        return self._answers(executor, source, context)

    async def _answers(
        self, executor: Executor[Any], source: Any, context: OperationContext
    ) -> AsyncGenerator[ExecutionResult, None]:
        async with aclosing(source):
            try:
                async for event in source:
                    each = executor.build_per_event_executor(event)
                    each.context_value = context.fresh()
                    yield await self._run(each)
            except Exception as error:  # noqa: BLE001  # the client is told, as masked
                yield ExecutionResult(None, [self.mask(located_error(error, None, None))])

    def _executor(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext
    ) -> Executor[Any]:
        executor = StockExecutor.build(
            self.schema,
            prepared.document,
            context_value=context,
            raw_variable_values=dict(variables or {}),
            operation_name=prepared.name,
            hide_suggestions=True,
            max_coercion_errors=self.limits.errors,
        )
        if isinstance(executor, list):
            raise Rejected.because(Code.BAD_USER_INPUT, executor)
        return executor

    async def _run(self, executor: Executor[Any]) -> ExecutionResult:
        try:
            async with asyncio.timeout(self.deadline):
                result = executor.execute_operation()
                if isawaitable(result):
                    result = await result
                result = cast("ExecutionResult", result)  # never incremental: the schema lacks the directives
        except TimeoutError:
            return ExecutionResult(None, [self._late()])
        if result.errors:
            result.errors = [self.mask(error) for error in result.errors]
        return result

    def _late(self) -> GraphQLError:
        return coded(GraphQLError(f"The operation took longer than {self.deadline:g} seconds."), Code.TIMEOUT)
