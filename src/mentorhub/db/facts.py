"""The log of facts: written inside transactions, read in the order of commit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, tuple_

from mentorhub.db.constructs import among, oldest_open_transaction
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.statements import LIMITED, Statement, change
from mentorhub.db.tables.facts import facts
from mentorhub.rules.facts import BOOKING_STATUS_KINDS, Fact
from mentorhub.rules.keys import Key


class FactRow(NamedTuple):
    transaction: int
    position: int
    id: Key
    kind: str
    actor_id: Key | None
    subject_type: str
    subject_id: Key
    booking_id: Key | None
    mentor_id: Key | None
    user_id: Key | None
    data: dict[str, Any]
    occurred_at: datetime

    @property
    def place(self) -> "Place":
        return Place(self.transaction, self.position)


class Place(NamedTuple):
    """A place in the log: everything up to it has been told."""

    transaction: int
    position: int


BEGINNING = Place(0, 0)

_COLUMNS = tuple(facts.c[name] for name in FactRow._fields)
_ORDER = (facts.c.transaction, facts.c.position)
_IS_SETTLED = facts.c.transaction < oldest_open_transaction()

_WRITE = change(
    insert(facts),
    parameters=[name for name in FactRow._fields if name not in {"transaction", "position"}],
)
_AFTER = Statement(
    select(*_COLUMNS)
    .where(tuple_(*_ORDER) > tuple_(bindparam("transaction", type_=facts.c.transaction.type), bindparam("position", type_=facts.c.position.type)))
    .where(_IS_SETTLED)
    .order_by(*_ORDER)
    .limit(LIMITED),
    FactRow,
)  # fmt: skip
_END = Statement(
    select(facts.c.transaction, facts.c.position)
    .where(_IS_SETTLED)
    .order_by(*(column.desc() for column in _ORDER))
    .limit(1),
    Place,
)
_HISTORY = Statement(
    select(*_COLUMNS)
    .where(
        among(facts.c.booking_id, "bookings"), facts.c.kind.in_([kind.value for kind in BOOKING_STATUS_KINDS])
    )
    .order_by(*_ORDER),
    FactRow,
)


async def write(transaction: Transaction, written: Sequence[Fact], *, at: datetime) -> list[Key]:
    """Writes facts that happened *at*; the keys they got, in order."""
    rows = [
        {
            "id": new_key(),
            "kind": fact.kind.value,
            "actor_id": fact.actor_id,
            "subject_type": fact.subject[0],
            "subject_id": fact.subject[1],
            "booking_id": fact.booking_id,
            "mentor_id": fact.mentor_id,
            "user_id": fact.user_id,
            "data": dict(fact.data),
            "occurred_at": at,
        }
        for fact in written
    ]
    if len(rows) == 1:
        await transaction.run(_WRITE, **rows[0])
    elif rows:
        await transaction.many(_WRITE, rows)
    return [row["id"] for row in rows]  # type: ignore[misc]  # of mixed values


async def after(reader: Reader, place: Place, *, limit: int) -> list[FactRow]:
    """The facts after *place* that are settled, at most *limit*, in the order of the log."""
    return await reader.all(_AFTER, limit=limit, transaction=place.transaction, position=place.position)


async def end(reader: Reader) -> Place:
    """The place of the last settled fact."""
    return await reader.one(_END) or BEGINNING


async def history_of(reader: Reader, bookings: Sequence[Key]) -> dict[Key, list[FactRow]]:
    """The changes of status or time of each of *bookings*, oldest first."""
    found: dict[Key, list[FactRow]] = {key: [] for key in bookings}
    for row in await reader.all(_HISTORY, bookings=list(found)):
        assert row.booking_id is not None
        found[row.booking_id].append(row)
    return found
