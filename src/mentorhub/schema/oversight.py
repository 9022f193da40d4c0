"""What administrators oversee: everybody's, as lists."""

from typing import Annotated, cast

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import support
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.vocabulary import TicketStatus
from mentorhub.schema.administration import Admin
from mentorhub.schema.connections import After, Before, Connection, First, Last
from mentorhub.schema.context import Info
from mentorhub.schema.support import SupportTicket


@extend(Admin)
class Oversight:
    @strawberry.field(description="Everybody's support tickets, newest first.")
    async def support_tickets(
        self,
        info: Info,
        statuses: Annotated[
            list[TicketStatus] | None, strawberry.argument(description="Only these; all when none is given.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[SupportTicket]:
        paging = Paging(first, after, last, before)
        found = await support.tickets(info.context.desk, paging, statuses=statuses)
        return cast("Connection[SupportTicket]", found)
