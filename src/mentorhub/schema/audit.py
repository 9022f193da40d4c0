"""The audit log, and what it says of an administrative act beyond an activity."""

from typing import Annotated, cast

import strawberry

from mentorhub.db.facts import FactRow
from mentorhub.execution import extend
from mentorhub.resolvers import audit
from mentorhub.resolvers.paging import Paging
from mentorhub.schema.activity import Activity
from mentorhub.schema.administration import Admin
from mentorhub.schema.connections import After, Before, Connection, First, Last
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import any_key_of, key_of


def _reason(root: FactRow) -> str | None:
    return root.data.get("reason")


@extend(Activity)
class ActTraces:
    reason: str | None = strawberry.field(resolver=_reason, description="The reason that was given, if any.")
    request_id: str | None = strawberry.field(
        description="Of an administrative act: the id of the request that did it, as in its answer's X-Request-ID."
    )
    address: str | None = strawberry.field(
        description="Of an administrative act: the network address it came from."
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
