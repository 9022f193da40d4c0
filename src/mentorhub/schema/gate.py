"""The gate that every operation passes, over whatever transport: who asks is still who they were, and may ask this."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any

from graphql import ExecutionResult, GraphQLError

from mentorhub.execution import Engine, OperationContext, Prepared, Rejected
from mentorhub.resolvers import authentication
from mentorhub.rules.refusals import Barred
from mentorhub.schema.context import Context


class GatedEngine(Engine):
    """Raises Rejected for an operation that an access token is not for, and for credentials that have ended."""

    async def execute(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext
    ) -> ExecutionResult:
        await _admit(prepared, context)
        return await super().execute(prepared, variables, context)

    async def subscribe(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: OperationContext
    ) -> AsyncGenerator[ExecutionResult, None]:
        await _admit(prepared, context)
        return await super().subscribe(prepared, variables, context)


async def _admit(prepared: Prepared, context: OperationContext) -> None:
    assert isinstance(context, Context)
    try:
        identity = await authentication.admit(context.desk, context.identity, prepared.operation_type)
    except Barred as refusal:
        raise Rejected([GraphQLError(refusal.message, extensions={"code": refusal.code})]) from None
    if identity is not context.identity and identity is not None:
        context.identity = identity
        context.desk = replace(context.desk, viewer=identity.viewer)
