"""The claims on jobs: of several processes, one runs a job at a time, and it rests for all of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, null, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from mentorhub.db.database import Transaction
from mentorhub.db.statements import change
from mentorhub.db.tables.jobs import jobs


def _declaring(insert: type[postgresql.Insert] | type[sqlite.Insert]) -> postgresql.Insert | sqlite.Insert:
    declaring = insert(jobs).values(
        name=bindparam("name"),
        due_at=bindparam("now", type_=jobs.c.due_at.type),
        claimed_until=bindparam("now", type_=jobs.c.due_at.type),
    )
    return declaring.on_conflict_do_nothing()


def _instant(name: str) -> Any:
    return bindparam(name, type_=jobs.c.due_at.type)


_DECLARE = change(_declaring(postgresql.Insert), sqlite=_declaring(sqlite.Insert))
_CLAIM = change(
    update(jobs)
    .where(
        jobs.c.name == bindparam("job"),
        jobs.c.claimed_until <= _instant("now"),
        or_(jobs.c.due_at <= _instant("due"), jobs.c.due_at > _instant("latest")),
    )
    .values(claimed_until=_instant("until"), claim=bindparam("holder"))
)
_RELEASE = change(
    update(jobs)
    .where(jobs.c.name == bindparam("job"), jobs.c.claim == bindparam("holder"))
    .values(claimed_until=_instant("now"), due_at=_instant("due"), claim=null())
)


async def declare(transaction: Transaction, name: str, *, now: datetime) -> None:
    """Makes *name* known, due at once, unless it is."""
    await transaction.run(_DECLARE, name=name, now=now)


async def claim(
    transaction: Transaction,
    name: str,
    *,
    holder: str,
    now: datetime,
    until: datetime,
    due: datetime,
    latest: datetime,
) -> bool:
    """Whether *holder* has *name* now: nobody else does, and it is due by *due*. The claim ends at *until*.

    What is due after *latest* was put off by a clock that has been set back since: it is due as well.
    """
    values = {"job": name, "holder": holder, "now": now, "until": until, "due": due, "latest": latest}
    return bool(await transaction.run(_CLAIM, **values))


async def release(transaction: Transaction, name: str, *, holder: str, now: datetime, due: datetime) -> None:
    """Gives *name* back, to be run again from *due* on, unless *holder* has lost it meanwhile."""
    await transaction.run(_RELEASE, job=name, holder=holder, now=now, due=due)
