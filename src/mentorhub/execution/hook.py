"""The compiled executor as Strawberry's `execution_context_class`, for schemas served by Strawberry itself.

schema = strawberry.Schema(Query, execution_context_class=CompiledExecution)
"""

from typing import Any

from graphql import OperationDefinitionNode, default_field_resolver, default_type_resolver
from graphql.pyutils.is_awaitable import is_async_iterable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from .planning import Counts, Plans
from .running import Run


class Kept:
    """The plans of the operations that one schema executed lately."""

    def __init__(self, *, size: int = 512) -> None:
        self.size = size
        self.counts = Counts()
        self._plans: dict[int, tuple[OperationDefinitionNode, Plans]] = {}

    def of(self, executor: "CompiledExecution") -> Plans:
        # By identity: to hash a tree costs more than to plan it. The entry keeps the tree, so its id, alive.
        operation = executor.operation
        kept = self._plans.get(id(operation))
        if kept is None:
            kept = operation, Plans(executor.schema, operation, executor.fragment_definitions)
            if len(self._plans) >= self.size:
                del self._plans[next(iter(self._plans))]
            self._plans[id(operation)] = kept
        return kept[1]


KEPT = "mentorhub.execution"
"""Where a schema's extensions hold its plans."""


class CompiledExecution(StrawberryGraphQLCoreExecutionContext):
    """Executes by plan what plans cover; the rest as Strawberry would."""

    def execute_operation(self, serially: bool | None = None) -> Any:  # noqa: FBT001  # inherited
        """As graphql-core declares it."""
        kept: Kept = self.schema.extensions.setdefault(KEPT, Kept())
        plan = kept.of(self).plan(self.variable_values.coerced) if self._is_plain() else None
        kept.counts.add(plan)
        if plan is None:
            return super().execute_operation(serially)
        return Run(
            plan,
            self.variable_values,
            self.context_value,
            root_value=self.root_value,
            operation_extensions=self.operation_extensions,
        ).execute()

    def _is_plain(self) -> bool:
        """Whether nobody has a say in the execution that a plan knows nothing of."""
        return (
            not (self.middleware_manager and self.middleware_manager.middlewares)
            and self.abort_signal is None
            and self.hooks is None
            and self.field_resolver is default_field_resolver
            and self.type_resolver is default_type_resolver
            and self.is_async_iterable is is_async_iterable
        )
