"""The gate that every operation passes, over whatever transport: who asks is still who they were, may ask this, and
has not asked for too much.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any

from graphql import ExecutionResult, GraphQLError

from mentorhub.execution import Answer, Engine, OperationContext, Prepared, Rejected
from mentorhub.execution.costs import size_of_value
from mentorhub.rates import Charge
from mentorhub.resolvers import authentication, charging
from mentorhub.rules.refusals import Barred
from mentorhub.schema.context import Context


class GatedEngine(Engine):
    """Raises Rejected for an operation that an access token is not for, for credentials that have ended, and for
    whoever has too few points left.
    """

    async def execute(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext
    ) -> ExecutionResult:
        assert isinstance(context, Context)
        charge = await _admit(prepared, self._estimate(prepared, variables), context)
        actual = 0
        try:
            result = await super().execute(prepared, variables, context)
            actual = result.fields if isinstance(result, Answer) else charging.fields_in(result.data)
        finally:
            context.extensions["cost"] = _told(charge, charging.settle(context.desk, charge, actual), context)
        return result

    async def subscribe(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext
    ) -> AsyncGenerator[ExecutionResult, None]:
        assert isinstance(context, Context)
        await _admit(prepared, self._estimate(prepared, variables), context)
        return await super().subscribe(prepared, variables, context)

    def _estimate(self, prepared: Prepared, variables: Mapping[str, Any] | None) -> int:
        """How many fields may be answered, with the page sizes that the variables give."""
        if not any(prepared.open_cost.products):
            return prepared.cost
        given, limits = variables or {}, self.limits
        return prepared.open_cost.at(
            lambda name: size_of_value(
                given.get(name), assumed=limits.assumed_page, largest=limits.largest_page
            )
        )


async def _admit(prepared: Prepared, fields: int, context: Context) -> Charge:
    charge = await charging.take(context.desk, fields)
    if charge.wait:
        raise _too_much(charge, context)
    context.charge = charge
    try:
        identity = await authentication.admit(context.desk, context.identity, prepared.operation_type)
    except Barred as refusal:
        raise Rejected([GraphQLError(refusal.message, extensions={"code": refusal.code})]) from None
    if identity is not context.identity and identity is not None:
        context.identity = identity
        context.desk = replace(context.desk, viewer=identity.viewer)
    return charge


def _told(charge: Charge, actual: int, context: Context) -> dict[str, int]:
    if context.desk.settings.rate_limits == "on":
        context.headers = charge.headers
    return {
        "estimated": charge.cost,
        "actual": actual,
        "limit": charge.allowance.points,
        "remaining": charge.remaining,
        "restorePerSecond": charge.allowance.restored,
    }


def _too_much(charge: Charge, context: Context) -> Rejected:
    context.headers = charge.headers
    message = (
        f"This operation may cost {charge.cost:,} points and {charge.remaining:,} are left; "
        f"try again in {charge.wait} s."
    )
    extensions = {
        "code": "RATE_LIMITED",
        "retryAfterSeconds": charge.wait,
        "limit": charge.allowance.points,
        "cost": charge.cost,
        "remaining": charge.remaining,
    }
    return Rejected([GraphQLError(message, extensions=extensions)])
