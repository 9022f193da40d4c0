"""The engine that takes the time of every operation, for the figures of this process."""

from collections.abc import Mapping
from time import perf_counter
from typing import Any, Final

from graphql import ExecutionResult

from mentorhub.execution import OperationContext, Prepared, Rejected
from mentorhub.schema.context import Context
from mentorhub.schema.gate import GatedEngine

_FAULTS: Final = frozenset({"INTERNAL", "TIMEOUT", "UNAVAILABLE"})
"""The codes of what is our own fault."""


class MeasuredEngine(GatedEngine):
    async def execute(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext
    ) -> ExecutionResult:
        assert isinstance(context, Context)
        started = perf_counter()
        has_failed = True
        try:
            result = await super().execute(prepared, variables, context)
            has_failed = _is_faulty(result)
        except Rejected:
            has_failed = False
            raise
        finally:
            context.desk.doors.traffic.note(perf_counter() - started, failed=has_failed)
        return result


def _is_faulty(result: ExecutionResult) -> bool:
    return any((error.extensions or {}).get("code") in _FAULTS for error in result.errors or ())
