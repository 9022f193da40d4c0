"""The administrators' part: its root, the dashboard, and the list of what happened."""

from typing import cast

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import access, activity, administration
from mentorhub.resolvers.paging import Paging
from mentorhub.schema.activity import Activity, Kinds, shows_actors
from mentorhub.schema.connections import After, Before, Connection, First, Last, asked_of_entries
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import shown
from mentorhub.schema.root import Query


@strawberry.type(description="The platform in figures.")
class AdminDashboard:
    total_mentors: int = strawberry.field(description="Approved and pending.")
    approved_mentors: int = strawberry.field(description="Mentors whose profile is public.")
    pending_mentors: int = strawberry.field(description="Applications that await a decision.")
    total_users: int = strawberry.field(description="Active accounts.")
    total_bookings: int = strawberry.field(description="All that were ever requested.")
    pending_bookings: int = strawberry.field(description="Requests that await an answer.")
    open_incidents: int = strawberry.field(description="Incidents neither resolved nor dismissed.")
    open_tickets: int = strawberry.field(description="Support tickets that await an answer.")
    average_rating: float | None = strawberry.field(
        description="Mean of visible feedback, 1 to 5; null before the first."
    )


@strawberry.type(description="Everything for administrators.")
class Admin:
    @strawberry.field(description="The platform in figures.")
    async def dashboard(self, info: Info) -> AdminDashboard:
        return shown(await administration.dashboard(info.context.desk))  # type: ignore[no-any-return]  # a row

    @strawberry.field(
        description="Newest first; 10 when neither first nor last is given. An edge's cursor is its node's."
    )
    async def activity(
        self,
        info: Info,
        kinds: Kinds = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Activity]:
        paging = Paging(first, after, last, before)
        found = await activity.recent(
            info.context.desk, paging, kinds=kinds, with_actors=shows_actors(asked_of_entries(info))
        )
        return cast("Connection[Activity]", found)


@extend(Query)
class AdministrationQueries:
    @strawberry.field(description="Everything for administrators; FORBIDDEN for others.")
    def admin(self, info: Info) -> Admin:
        access.admin(info.context.desk)
        return Admin()
