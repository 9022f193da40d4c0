"""The engine whose operations, events and batches are spans; fields that are read from rows are none."""

from collections.abc import Awaitable, Mapping
from functools import wraps
from typing import Any

from graphql import ExecutionResult

from mentorhub.execution import OperationContext, Prepared
from mentorhub.execution.batches import type_of_load
from mentorhub.schema.context import Context
from mentorhub.schema.measuring import MeasuredEngine
from mentorhub.tracing import Tracer


class TracedEngine(MeasuredEngine):
    def __init__(self, *args: Any, tracer: Tracer, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._tracer = tracer
        self.surround_batches(self._traced)

    async def execute(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext
    ) -> ExecutionResult:
        assert isinstance(context, Context)
        with self._tracer.operation(_named(prepared), **_told(prepared)) as span:
            try:
                result = await super().execute(prepared, variables, context)
            finally:
                if context.viewer_key is not None:
                    span.set_attribute("enduser.id", context.viewer_key)
                if cost := context.extensions.get("cost"):
                    span.set_attribute("mentorhub.cost", cost["actual"])
            if result.errors:
                codes = sorted({str((error.extensions or {}).get("code")) for error in result.errors})
                self._tracer.fail(span, ", ".join(codes))
        return result

    async def _executed(self, prepared: Prepared, *args: Any) -> ExecutionResult:
        if prepared.operation_type != "subscription":
            return await super()._executed(prepared, *args)
        with self._tracer.operation(f"event of {_named(prepared)}", **_told(prepared)):
            return await super()._executed(prepared, *args)

    def _traced(self, load: type_of_load) -> type_of_load:
        name = f"batch {load.__module__.rpartition('.')[2]}.{load.__name__.strip('_')}"

        @wraps(load)
        def traced(parents: Any, info: Any, **arguments: Any) -> Any:
            values = load(parents, info, **arguments)
            # What waits for nothing is not worth a span.
            return awaited(values, len(parents)) if isinstance(values, Awaitable) else values

        async def awaited(values: Awaitable[Any], parents: int) -> Any:
            with self._tracer.part(name, **{"mentorhub.parents": parents}):
                return await values

        return traced


def _named(prepared: Prepared) -> str:
    return f"{prepared.operation_type} {prepared.name or 'unnamed'}"[:100]


def _told(prepared: Prepared) -> dict[str, str]:
    told = {"graphql.operation.type": prepared.operation_type}
    return told | {"graphql.operation.name": prepared.name[:100]} if prepared.name else told
