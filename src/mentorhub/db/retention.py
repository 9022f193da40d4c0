"""What the log forgets: facts that are of no use any more once they are old."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, literal, select, tuple_

from mentorhub.db.database import Reader, Transaction
from mentorhub.db.facts import IS_SETTLED, ORDER, Place
from mentorhub.db.statements import LIMITED, Statement, change
from mentorhub.db.tables.facts import facts
from mentorhub.rules.facts import PASSING


class AgeRow(NamedTuple):
    transaction: int
    position: int
    occurred_at: datetime

    @property
    def place(self) -> Place:
        return Place(self.transaction, self.position)


def _place(prefix: str) -> Any:
    return tuple_(*(bindparam(f"{prefix}_{column.name}", type_=column.type) for column in ORDER))


_AGES = select(*ORDER, facts.c.occurred_at)
_IS_PASSING: ColumnElement[bool] = facts.c.kind.in_(sorted(kind.value for kind in PASSING))
_IS_NO_ACT: ColumnElement[bool] = facts.c.is_administrative.is_(False)
# On SQLite the transaction is 0 throughout, and the position alone leads to the rows; no other index is to.
_POSITION_AFTER: ColumnElement[bool] = facts.c.position > bindparam("after_position")
_POSITION_THROUGH: ColumnElement[bool] = facts.c.position <= bindparam("through_position")
_UNLED_PASSING: ColumnElement[bool] = (facts.c.kind.op("||")(literal(""))).in_(
    sorted(kind.value for kind in PASSING)
)
_AFTER = Statement(
    _AGES.where(tuple_(*ORDER) > _place("after"), IS_SETTLED).order_by(*ORDER).limit(LIMITED),
    AgeRow,
    sqlite=_AGES.where(_POSITION_AFTER).order_by(facts.c.position).limit(LIMITED),
)
_FORGET = change(
    delete(facts).where(
        tuple_(*ORDER) > _place("after"), tuple_(*ORDER) <= _place("through"), _IS_PASSING, _IS_NO_ACT
    ),
    sqlite=delete(facts).where(_POSITION_AFTER, _POSITION_THROUGH, _UNLED_PASSING, _IS_NO_ACT),
)


async def after(reader: Reader, place: Place, *, limit: int) -> list[AgeRow]:
    """How old the settled facts after *place* are, in the order of the log."""
    return await reader.all(
        _AFTER, limit=limit, after_transaction=place.transaction, after_position=place.position
    )


async def forget(transaction: Transaction, *, after: Place, through: Place) -> int:
    """Removes what is passing of the facts after one place and up to another; how many."""
    return await transaction.run(
        _FORGET,
        after_transaction=after.transaction,
        after_position=after.position,
        through_transaction=through.transaction,
        through_position=through.position,
    )
