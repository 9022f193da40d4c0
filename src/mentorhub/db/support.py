"""Support tickets, and what their authors and the support have written in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update

from mentorhub.db import locks
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.list_parameters import among
from mentorhub.db.paging import Listing
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.support import support_tickets, ticket_messages
from mentorhub.db.types import KeyColumn
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import TicketStatus


class TicketRow(NamedTuple):
    id: Key
    author_id: Key
    subject: str
    status: TicketStatus
    created_at: datetime


class MessageRow(NamedTuple):
    ticket_id: Key
    author_id: Key
    body: str
    sent_at: datetime


_TICKETS = select(*(support_tickets.c[name] for name in TicketRow._fields))
_ORDER = (support_tickets.c.created_at, support_tickets.c.id)

ALL = Listing(_TICKETS, TicketRow, *_ORDER, descending=True)
OF_STATUSES = Listing(
    _TICKETS.where(among(support_tickets.c.status, "statuses")), TicketRow, *_ORDER, descending=True
)
OF_AUTHOR = Listing(
    _TICKETS.where(support_tickets.c.author_id == bindparam("author", type_=KeyColumn())),
    TicketRow,
    *_ORDER,
    descending=True,
)

_BY_KEYS = Statement(_TICKETS.where(among(support_tickets.c.id, "keys")), TicketRow)
_MESSAGES = Statement(
    select(*(ticket_messages.c[name] for name in MessageRow._fields))
    .where(among(ticket_messages.c.ticket_id, "tickets"))
    .order_by(ticket_messages.c.sent_at, ticket_messages.c.id),
    MessageRow,
)
_OPEN = change(insert(support_tickets), parameters=TicketRow._fields)
_WRITE = change(insert(ticket_messages), parameters=["id", *MessageRow._fields])
_SET_STATUS = change(
    update(support_tickets)
    .where(support_tickets.c.id == bindparam("ticket", type_=KeyColumn()))
    .values(status=bindparam("to_status", type_=support_tickets.c.status.type))
)


async def by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, TicketRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}


async def messages_of(reader: Reader, tickets: Sequence[Key]) -> dict[Key, list[MessageRow]]:
    """What was written in each of *tickets*, oldest first."""
    found: dict[Key, list[MessageRow]] = {key: [] for key in tickets}
    for row in await reader.all(_MESSAGES, tickets=list(found)):
        found[row.ticket_id].append(row)
    return found


async def held(transaction: Transaction, key: Key) -> TicketRow | None:
    """The ticket, this transaction's alone until its end."""
    await locks.hold(transaction, key)
    return (await by_keys(transaction, [key])).get(key)


async def open_ticket(transaction: Transaction, ticket: TicketRow) -> None:
    await transaction.run(_OPEN, **ticket._asdict())


async def write(transaction: Transaction, message: MessageRow) -> None:
    await transaction.run(_WRITE, id=new_key(), **message._asdict())


async def set_status(transaction: Transaction, key: Key, status: TicketStatus) -> None:
    await transaction.run(_SET_STATUS, ticket=key, to_status=status)
