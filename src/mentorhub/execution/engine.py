"""The engine: text and variables in, results out."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Coroutine, Mapping
from inspect import isawaitable
from typing import Any, Literal, cast

import strawberry
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType, located_error
from graphql.execution import create_source_event_stream
from graphql.execution.values import VariableValues

from mentorhub.patience import Patience

from .batches import SURROUND, OperationContext, type_of_load
from .documents import Documents, Prepared
from .keeping import KEPT_AS, Encode, Kept
from .limits import Limits
from .planning import Counts
from .rejections import Code, Rejected, coded
from .running import Run
from .shapes import INSTANTS
from .sharing import Answers
from .stock import stock_executor


def unmasked(error: GraphQLError) -> GraphQLError:
    return error


class Engine:
    """Prepares and executes the operations of one Strawberry schema.

    *mask* sees every error of execution and says what the client is told of it. *deadline* is in seconds,
    for one execution, for the making of one source stream, and for each event of it.
    *instants* are scalars whose datetimes in UTC plans leave as they are, for whoever encodes the answers to write.
    *kept_as* makes, of an answer for a list that lasts, what they take for it: then such answers are kept.
    *executor* "stock" has graphql-core execute everything, as an oracle for the compiled one.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        mask: Callable[[GraphQLError], GraphQLError] = unmasked,
        deadline: float = 10.0,
        instants: Collection[str] = (),
        kept_as: Encode | None = None,
        executor: Literal["compiled", "stock"] = "compiled",
    ) -> None:
        if schema.extensions or schema.directives:
            msg = "The engine does not run schema extensions; let Strawberry execute, with CompiledExecution"
            raise TypeError(msg)
        self.schema: GraphQLSchema = schema._schema  # noqa: SLF001  # Strawberry shows it nowhere else
        if instants:
            self.schema.extensions[INSTANTS] = frozenset(instants)
        if kept_as is not None:
            self.schema.extensions[KEPT_AS] = Kept(kept_as)
        self.limits = limits
        self.mask = mask
        self.deadline = deadline
        self.executor = executor
        self.counts = Counts()
        self.documents = Documents(self.schema, limits)

    @property
    def deadline(self) -> float:
        """In seconds."""
        return self._patience.seconds

    @deadline.setter
    def deadline(self, seconds: float) -> None:
        self._patience = Patience(seconds)

    def surround_batches(self, surround: Callable[[type_of_load], type_of_load]) -> None:
        """Has *surround* stand around each batch's function, in plans that are made from now on."""
        self.schema.extensions[SURROUND] = surround

    def prepare(self, text: str, operation_name: str | None = None) -> Prepared:
        """The operation named, or the only one, of *text*; raises Rejected when it may not be executed."""
        return self.documents.prepare(text, operation_name)

    def execute(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext
    ) -> Coroutine[Any, Any, ExecutionResult]:
        """The answer to a query or mutation; raises Rejected when the variables do not fit."""
        if prepared.operation.operation is OperationType.SUBSCRIPTION:
            msg = "A subscription is subscribed to, not executed"
            raise TypeError(msg)
        values = prepared.values(variables, self.limits)
        return self._executed(prepared, values, context, None)

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
        values = prepared.values(variables, self.limits)
        try:
            async with asyncio.timeout(self.deadline):
                source = create_source_event_stream(stock_executor(prepared, values, context))
                if isawaitable(source):
                    source = await source
        except TimeoutError:
            raise Rejected([self._late()]) from None
        if isinstance(source, ExecutionResult):
            raise Rejected([self.mask(error) for error in source.errors or ()])
        return self._answers(prepared, values, source, context)

    def answer(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext, event: Any
    ) -> Coroutine[Any, Any, ExecutionResult]:
        """The answer to one *event* of a subscription, the one that `subscribe` would give."""
        return self._executed(prepared, prepared.values(variables, self.limits), context, event)

    async def _answers(
        self, prepared: Prepared, values: VariableValues, source: Any, context: OperationContext
    ) -> AsyncGenerator[ExecutionResult, None]:
        def execute(each: OperationContext, event: Any) -> Awaitable[ExecutionResult]:
            return self._executed(prepared, values, each, event)

        answers = Answers(execute, context, (prepared, repr(values.coerced)))
        try:
            async for event in source:
                yield await answers.to(event)
        except Exception as error:  # noqa: BLE001  # the client is told, as masked
            yield ExecutionResult(None, [self.mask(located_error(error, None, None))])
        finally:
            if close := getattr(source, "aclose", None):
                await close()

    async def _executed(
        self, prepared: Prepared, values: VariableValues, context: OperationContext, root_value: Any
    ) -> ExecutionResult:
        result = self._started(prepared, values, context, root_value)
        if not isinstance(result, ExecutionResult):
            try:
                result = await self._patience.wait_for(result)
            except TimeoutError:
                return ExecutionResult(None, [self._late()])
        if result.errors:
            result.errors = [self.mask(error) for error in result.errors]
        return result

    def _started(
        self, prepared: Prepared, values: VariableValues, context: OperationContext, root_value: Any
    ) -> ExecutionResult | Awaitable[ExecutionResult]:
        plan = prepared.plans.plan(values.coerced) if self.executor == "compiled" else None
        self.counts.add(plan)
        if plan is not None:
            return Run(plan, values, context, root_value=root_value).execute()
        result = stock_executor(prepared, values, context, root_value).execute_operation()
        # Never incremental: the schema has not the directives for it.
        return cast("ExecutionResult | Awaitable[ExecutionResult]", result)

    def _late(self) -> GraphQLError:
        return coded(GraphQLError(f"The operation took longer than {self.deadline:g} seconds."), Code.TIMEOUT)
