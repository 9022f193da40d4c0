"""The audit log, and what it says of an administrative act beyond an activity."""

from collections.abc import Sequence
from typing import Annotated, cast

import strawberry

from mentorhub.db.activity import ActivityRow
from mentorhub.db.facts import FactRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import activity, audit
from mentorhub.resolvers.paging import Paging
from mentorhub.schema.activity import Activity
from mentorhub.schema.administration import Admin
from mentorhub.schema.connections import After, Before, Connection, First, Last
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import any_key_of, key_of


async def _reasons(parents: Sequence[FactRow | ActivityRow], info: Info) -> list[str | None]:
    return [fact.data.get("reason") if fact else None for fact in await _facts(parents, info)]


async def _request_ids(parents: Sequence[FactRow | ActivityRow], info: Info) -> list[str | None]:
    return [fact.request_id if fact else None for fact in await _facts(parents, info)]


async def _addresses(parents: Sequence[FactRow | ActivityRow], info: Info) -> list[str | None]:
    return [fact.address if fact else None for fact in await _facts(parents, info)]


async def _facts(parents: Sequence[FactRow | ActivityRow], info: Info) -> list[FactRow | None]:
    """The whole of each of *parents*: a list of activities reads less of them."""
    short = [row.id for row in parents if isinstance(row, ActivityRow)]
    found = await activity.visible(info.context.desk, short) if short else {}
    return [found.get(row.id) if isinstance(row, ActivityRow) else row for row in parents]


@extend(Activity)
class ActTraces:
    reason: str | None = batch(_reasons, description="The reason that was given, if any.")
    request_id: str | None = batch(
        _request_ids,
        description="Of an administrative act: the id of the request that did it, as in its answer's X-Request-ID.",
    )
    address: str | None = batch(
        _addresses, description="Of an administrative act: the network address it came from."
    )


@extend(Admin)
class AuditLog:
    @strawberry.field(description="Who did what to whom, newest first: the acts of administrators.")
    async def audit_log(
        self,
        info: Info,
        actor_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only what this user did.")
        ] = None,
        subject_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only what was done to this: a user, a mentor, a booking, …"),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Activity]:
        found = await audit.acts(
            info.context.desk,
            Paging(first, after, last, before),
            actor_id=None if actor_id is None else key_of("User", actor_id),
            subject_id=None if subject_id is None else any_key_of(subject_id),
        )
        return cast("Connection[Activity]", found)
