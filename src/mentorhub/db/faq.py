"""The FAQ: short enough to be read whole."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update

from mentorhub.db import locks
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.support import faq_entries
from mentorhub.db.types import KeyColumn
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import Audience


class FaqRow(NamedTuple):
    id: Key
    audience: Audience
    question: str
    answer: str


_IS_NAMED = faq_entries.c.id == bindparam("entry", type_=KeyColumn())
_ENTRIES = select(*(faq_entries.c[name] for name in FaqRow._fields))

_ALL = Statement(_ENTRIES.order_by(faq_entries.c.id), FaqRow)
_ONE = Statement(_ENTRIES.where(_IS_NAMED), FaqRow)
_ADD = change(insert(faq_entries), parameters=FaqRow._fields)
_CHANGE = change(
    update(faq_entries)
    .where(_IS_NAMED)
    .values({name: bindparam(f"new_{name}", type_=faq_entries.c[name].type) for name in FaqRow._fields[1:]})
)
_DELETE = change(delete(faq_entries).where(_IS_NAMED))


async def entries(reader: Reader) -> list[FaqRow]:
    """Every entry, in the order in which they were written."""
    return await reader.all(_ALL)


async def held(transaction: Transaction, key: Key) -> FaqRow | None:
    """The entry, this transaction's alone until its end."""
    await locks.hold(transaction, key)
    return await transaction.one(_ONE, entry=key)


async def add(transaction: Transaction, entry: FaqRow) -> None:
    await transaction.run(_ADD, **entry._asdict())


async def replace(transaction: Transaction, entry: FaqRow) -> None:
    new = {f"new_{name}": value for name, value in entry._asdict().items() if name != "id"}
    await transaction.run(_CHANGE, entry=entry.id, **new)


async def remove(transaction: Transaction, key: Key) -> None:
    await transaction.run(_DELETE, entry=key)
