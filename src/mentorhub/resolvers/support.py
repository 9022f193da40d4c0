"""Support tickets: users ask, the support answers, and each ticket awaits one or the other until it is closed."""

from collections.abc import Mapping, Sequence

from mentorhub.db import support
from mentorhub.db.keys import new_key
from mentorhub.db.support import MessageRow, TicketRow
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Viewer, Work
from mentorhub.resolvers.paging import Page, Paging, page
from mentorhub.rules import texts
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import NotFound, WrongState
from mentorhub.rules.vocabulary import TicketStatus

_LONGEST = 2000


def _body(body: str) -> str:
    return texts.paragraphs(body, field="body", at_most=_LONGEST)


async def submit(work: Work, *, subject: str, body: str) -> TicketRow:
    """Opens a ticket."""
    viewer = access.signed_in(work)
    faults = Faults()
    subject = faults.check(texts.line, subject, field="subject", at_least=3, at_most=120)
    body = faults.check(_body, body)
    faults.tell()
    ticket = TicketRow(new_key(), viewer.user_id, subject, TicketStatus.OPEN, work.now)
    await support.open_ticket(work.transaction, ticket)
    await support.write(work.transaction, MessageRow(ticket.id, viewer.user_id, body, work.now))
    work.count({"tickets_open": +1})
    work.tell(
        Fact(ActivityKind.TICKET_OPENED, ("SupportTicket", ticket.id), viewer.user_id, user_id=viewer.user_id)
    )
    return ticket


async def reply(work: Work, *, ticket_id: Key, body: str) -> TicketRow:
    """Writes on: after the support the ticket is ANSWERED, after its author OPEN. A closed one stays as it is."""
    viewer = access.signed_in(work)
    ticket = await _seen(work, viewer, ticket_id)
    body = _body(body)
    if ticket.status is TicketStatus.CLOSED:
        raise WrongState("This ticket is closed; please open another one.", current=ticket.status)
    is_answer = viewer.user_id != ticket.author_id
    await support.write(work.transaction, MessageRow(ticket.id, viewer.user_id, body, work.now))
    work.tell(
        Fact(
            ActivityKind.TICKET_ANSWERED,
            ("SupportTicket", ticket.id),
            viewer.user_id,
            user_id=ticket.author_id,
            data={"by": "SUPPORT" if is_answer else "AUTHOR"},
            by_administrator=is_answer,
        )
    )
    return await _change(work, ticket, TicketStatus.ANSWERED if is_answer else TicketStatus.OPEN)


async def close(work: Work, *, ticket_id: Key) -> TicketRow:
    """Closes a ticket for good. For administrators."""
    viewer = access.admin(work)
    ticket = await _seen(work, viewer, ticket_id)
    if ticket.status is TicketStatus.CLOSED:
        raise WrongState("This ticket is closed already.", current=ticket.status)
    work.tell(
        Fact(
            ActivityKind.TICKET_CLOSED, ("SupportTicket", ticket.id), viewer.user_id, user_id=ticket.author_id
        )
    )
    return await _change(work, ticket, TicketStatus.CLOSED)


async def _seen(work: Work, viewer: Viewer, ticket_id: Key) -> TicketRow:
    ticket = await support.held(work.transaction, ticket_id)
    if ticket is None or not _is_visible(viewer, ticket):
        raise NotFound(field="ticket_id")
    return ticket


async def _change(work: Work, ticket: TicketRow, status: TicketStatus) -> TicketRow:
    await support.set_status(work.transaction, ticket.id, status)
    work.count({"tickets_open": (status is TicketStatus.OPEN) - (ticket.status is TicketStatus.OPEN)})
    return ticket._replace(status=status)


def _is_visible(viewer: Viewer | None, ticket: TicketRow) -> bool:
    return viewer is not None and (viewer.is_admin or viewer.user_id == ticket.author_id)


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, TicketRow]:
    """Those of *keys* that the viewer has opened; all for administrators."""
    found = await support.by_keys(desk.reader, keys) if desk.viewer else {}
    return {key: row for key, row in found.items() if _is_visible(desk.viewer, row)}


async def messages_of(desk: Desk, tickets: Sequence[TicketRow]) -> list[list[MessageRow]]:
    """What was written in each of *tickets*, oldest first."""
    found = await support.messages_of(desk.reader, [ticket.id for ticket in tickets])
    return [found[ticket.id] for ticket in tickets]


async def own(desk: Desk, paging: Paging) -> Page[TicketRow]:
    """The viewer's tickets, newest first."""
    viewer = access.signed_in(desk)
    return await page(desk, support.OF_AUTHOR, paging, name="own tickets", author=viewer.user_id)


async def tickets(desk: Desk, paging: Paging, *, statuses: Sequence[TicketStatus] | None) -> Page[TicketRow]:
    """Everybody's, newest first. For administrators."""
    access.admin(desk)
    if statuses is None:
        return await page(desk, support.ALL, paging, name="tickets")
    wanted = sorted({status.value for status in statuses})
    return await page(desk, support.OF_STATUSES, paging, name="tickets", statuses=wanted)
