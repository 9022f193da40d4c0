"""How far each job that reads the log has come. Its place moves in the transaction that does what it read."""

from typing import Final

from sqlalchemy import bindparam, insert, select, update

from mentorhub.db.database import Reader, Transaction
from mentorhub.db.facts import BEGINNING, Place
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.notifications import log_readers

PEOPLE: Final = "people"
"""Who writes notifications and mails."""
KEEPER: Final = "keeper"
"""Who forgets what is old: up to its place the log has gaps, behind it the log is whole."""
WEBHOOKS: Final = "webhooks"
"""Who writes down what is to be delivered to webhooks."""
ALL: Final = (PEOPLE, WEBHOOKS)

_IS_NAMED = log_readers.c.name == bindparam("reader")
_READ = Statement(select(log_readers.c.transaction, log_readers.c.position).where(_IS_NAMED), Place)
_CLAIM = Statement(
    select(log_readers.c.transaction, log_readers.c.position)
    .where(_IS_NAMED)
    .with_for_update(skip_locked=True),
    Place,
)
_OTHERS = Statement(
    select(log_readers.c.transaction, log_readers.c.position)
    .where(log_readers.c.name != bindparam("reader"))
    .order_by(log_readers.c.transaction, log_readers.c.position)
    .limit(1),
    Place,
)
_ADD = change(insert(log_readers), parameters=["name", "transaction", "position"])
_MOVE = change(
    update(log_readers)
    .where(_IS_NAMED)
    .values(transaction=bindparam("to_transaction"), position=bindparam("to_position"))
)


async def claim(transaction: Transaction, name: str) -> Place | None:
    """Where *name* goes on, nobody else reading until this ends; None while somebody else is."""
    place = await transaction.one(_CLAIM, reader=name)
    if place is None and await transaction.one(_READ, reader=name) is None:
        # Two that begin at once: the second is refused by the primary key, and comes again.
        await transaction.run(_ADD, name=name, transaction=BEGINNING.transaction, position=BEGINNING.position)
        return BEGINNING
    return place


async def move(transaction: Transaction, name: str, to: Place) -> None:
    """Everything up to *to* is done with."""
    await transaction.run(_MOVE, reader=name, to_transaction=to.transaction, to_position=to.position)


async def horizon(reader: Reader) -> Place:
    """From here on the log is whole: whoever goes on from an earlier place would miss something."""
    return await reader.one(_READ, reader=KEEPER) or BEGINNING


async def slowest(reader: Reader, *, but: str) -> Place:
    """What every reader *but* this one is done with."""
    return await reader.one(_OTHERS, reader=but) or BEGINNING
