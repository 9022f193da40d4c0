"""Support tickets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, cast

import strawberry

from mentorhub.db.support import MessageRow, TicketRow
from mentorhub.db.users import UserRow
from mentorhub.execution import batch, extend, rows
from mentorhub.resolvers import support, users
from mentorhub.resolvers.desk import Viewer as ViewerRow
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.vocabulary import TicketStatus
from mentorhub.schema.connections import After, Before, Connection, First, Last
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import Node, id_field, key_of, node_type
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.users import User
from mentorhub.schema.viewer import Viewer
from mentorhub.schema.words import declare

declare(
    TicketStatus,
    "Whose turn it is in a support ticket.",
    OPEN="It awaits an answer of the support.",
    ANSWERED="The support has answered; its author may write on.",
    CLOSED="It is done with.",
)


async def _writers(parents: Sequence[MessageRow | TicketRow], info: Info) -> list[UserRow]:
    found = await users.by_keys(info.context.desk, [row.author_id for row in parents])
    return [found[row.author_id] for row in parents]


async def _messages(parents: Sequence[TicketRow], info: Info) -> list[list[MessageRow]]:
    return await support.messages_of(info.context.desk, parents)


@strawberry.type(description="Something written in a support ticket.")
@rows(MessageRow)
class TicketMessage:
    author: User = batch(_writers, description="Who wrote it.")
    body: str = strawberry.field(description="What they wrote; 2,000 characters at most.")
    sent_at: datetime = strawberry.field(description="When they sent it.")


@node_type(
    "SupportTicket",
    row=TicketRow,
    load=support.visible,
    description="A question to the support, and what came of it. To its author and administrators.",
)
class SupportTicket(Node):
    id: strawberry.ID = id_field("SupportTicket")
    author: User = batch(_writers, description="Who opened it.")
    subject: str = strawberry.field(description="What it is about; 3 to 120 characters.")
    status: TicketStatus = strawberry.field(description="Whose turn it is.")
    messages: list[TicketMessage] = batch(_messages, description="All that was written, oldest first.")
    created_at: datetime = strawberry.field(description="When it was opened.")


async def _own(
    root: ViewerRow,
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[SupportTicket]:
    found = await support.own(info.context.desk, Paging(first, after, last, before))
    return cast("Connection[SupportTicket]", found)


@extend(Viewer)
class ViewerTickets:
    support_tickets: Connection[SupportTicket] = strawberry.field(
        resolver=_own, description="What the viewer has asked the support, newest first."
    )


@strawberry.input(description="A question to the support.")
class SubmitSupportTicketInput:
    subject: str = strawberry.field(description="What it is about; 3 to 120 characters.")
    body: str = strawberry.field(description="The question; 2,000 characters at most.")


@strawberry.input(description="Something to write in a ticket.")
class ReplyToSupportTicketInput:
    ticket_id: strawberry.ID = strawberry.field(description="A ticket's id.")
    body: str = strawberry.field(description="2,000 characters at most.")


@strawberry.input(description="A ticket to close.")
class CloseSupportTicketInput:
    ticket_id: strawberry.ID = strawberry.field(description="A ticket's id.")


@strawberry.type(description="A support ticket as it is now.")
class SupportTicketPayload:
    ticket: SupportTicket | None = strawberry.field(
        default=None, description="The ticket; null where nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


@extend(Mutation)
class SupportMutations:
    @mutation("Asks the support for help.")
    async def submit_support_ticket(
        self,
        info: Info,
        input: Annotated[SubmitSupportTicketInput, strawberry.argument(description="The question.")],
    ) -> SupportTicketPayload | None:
        ticket = await info.context.do(support.submit, subject=input.subject, body=input.body)
        return SupportTicketPayload(ticket=SupportTicket.of(ticket))

    @mutation("Writes on in a ticket: its author, or an administrator who answers.")
    async def reply_to_support_ticket(
        self,
        info: Info,
        input: Annotated[ReplyToSupportTicketInput, strawberry.argument(description="What to write.")],
    ) -> SupportTicketPayload | None:
        key = key_of("SupportTicket", input.ticket_id)
        ticket = await info.context.do(support.reply, ticket_id=key, body=input.body)
        return SupportTicketPayload(ticket=SupportTicket.of(ticket))

    @mutation("Closes a ticket: nothing can be written in it any more. Administrators only.")
    async def close_support_ticket(
        self,
        info: Info,
        input: Annotated[CloseSupportTicketInput, strawberry.argument(description="Which ticket.")],
    ) -> SupportTicketPayload | None:
        key = key_of("SupportTicket", input.ticket_id)
        ticket = await info.context.do(support.close, ticket_id=key)
        return SupportTicketPayload(ticket=SupportTicket.of(ticket))
