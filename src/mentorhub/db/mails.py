"""The outbox: mails written with the change that they tell of, and sent once it is committed.

Whoever sends a mail claims it first: `due_at` goes as far ahead as sending may take, so that nobody else tries
meanwhile, and somebody does if the sender dies. A mail is a whole message, or the name of a letter that is written
when it goes out: so no secret that it has to carry lies here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import LIMITED, Statement, change
from mentorhub.db.tables.facts import mails
from mentorhub.rules.keys import Key
from mentorhub.rules.letters import Message

LETTER = "letter"
"""In a mail's content: the name of the letter that it will be."""


class MailRow(NamedTuple):
    id: Key
    user_id: Key | None
    recipient: str
    content: dict[str, Any]
    created_at: datetime
    attempts: int
    """Those begun, this one included."""


class Envelope(NamedTuple):
    """What is to be sent to somebody. *user_id* is the account that it goes away with."""

    user_id: Key | None
    recipient: str
    content: dict[str, Any]

    @classmethod
    def of_message(cls, message: Message, recipient: str, *, user_id: Key | None) -> Self:
        return cls(user_id, recipient, message.as_document())

    @classmethod
    def of_letter(
        cls, letter: str, recipient: str, particulars: Mapping[str, Any], *, user_id: Key | None
    ) -> Self:
        """Of a letter that is written when it goes out, from *particulars* (see `resolvers.letters`)."""
        return cls(user_id, recipient, {**particulars, LETTER: letter})


def _instant(name: str) -> Any:
    return bindparam(name, type_=mails.c.due_at.type)


_WAITS: ColumnElement[bool] = and_(mails.c.sent_at.is_(None), mails.c.failed_at.is_(None))

_ADD = change(
    insert(mails), parameters=["id", "user_id", "recipient", "content", "created_at", "due_at", "attempts"]
)
_DUE = select(mails.c.id).where(_WAITS, mails.c.due_at <= now()).order_by(mails.c.due_at).limit(LIMITED)
_COLUMNS = tuple(mails.c[name] for name in MailRow._fields)


class _Due(NamedTuple):
    id: Key


_ANY = Statement(_DUE, _Due)
_FIND = Statement(_DUE.with_for_update(skip_locked=True), _Due)
_CLAIM = change(
    update(mails)
    .where(among(mails.c.id, "keys"))
    .values(due_at=_instant("until"), attempts=mails.c.attempts + 1)
)
_BY_KEYS = Statement(select(*_COLUMNS).where(among(mails.c.id, "keys")).order_by(mails.c.id), MailRow)
# As `_WAITS`, in words that do not lead PostgreSQL to the index of those that wait: it is small while nobody waits, and
# by what was known of it then, looking through it is cheaper than looking for these keys.
_IS_OPEN = func.coalesce(mails.c.sent_at, mails.c.failed_at).is_(None)
_STILL_CLAIMED = and_(among(mails.c.id, "keys"), mails.c.attempts == bindparam("attempt"), _IS_OPEN)
_EMPTY = bindparam("content", type_=mails.c.content.type)
_SENT = change(update(mails).where(_STILL_CLAIMED).values(sent_at=now(), content=_EMPTY, error=null()))
_RETRY = change(
    update(mails).where(_STILL_CLAIMED).values(due_at=_instant("due_at"), error=bindparam("error"))
)
_FAILED = change(
    update(mails).where(_STILL_CLAIMED).values(failed_at=now(), content=_EMPTY, error=bindparam("error"))
)
_DROP = change(delete(mails).where(among(mails.c.id, "keys")))
_FORGET = change(
    delete(mails).where(
        or_(
            mails.c.user_id == bindparam("user_id", type_=mails.c.id.type),
            mails.c.recipient == bindparam("email"),
        )
    )
)
_SWEEP = change(
    delete(mails).where(
        mails.c.id.in_(select(mails.c.id).where(~_WAITS, mails.c.created_at < _instant("before")).limit(1000))
    )
)


class Waiting(NamedTuple):
    """How many mails are on their way, and since when the oldest is."""

    number: int
    since: datetime | None


_WAITING = Statement(
    select(
        func.count(literal_column("*")).label("number"),
        func.min(mails.c.created_at, type_=mails.c.created_at.type).label("since"),
    ).where(_WAITS),
    Waiting,
)


async def enqueue(transaction: Transaction, envelopes: Iterable[Envelope], *, at: datetime) -> None:
    """Has each of *envelopes* sent once this is committed.

    Use `outbox.post_all`, which also has them sent at once.
    """
    rows = [
        {**each._asdict(), "id": new_key(), "created_at": at, "due_at": at, "attempts": 0}
        for each in envelopes
    ]
    await transaction.many(_ADD, rows)


async def any_due(reader: Reader, *, now: datetime) -> bool:
    return bool(await reader.all(_ANY, now=now, limit=1))


async def claim(transaction: Transaction, *, now: datetime, until: datetime, limit: int) -> list[MailRow]:
    """Mails that are due, oldest first, which nobody else claims before *until*."""
    keys = [row.id for row in await transaction.all(_FIND, now=now, limit=limit)]
    if not keys:
        return []
    await transaction.run(_CLAIM, keys=keys, until=until)
    return await transaction.all(_BY_KEYS, keys=keys)


async def sent(transaction: Transaction, gone: Iterable[MailRow], *, now: datetime) -> None:
    by_attempt = defaultdict(list)
    for mail in gone:
        by_attempt[mail.attempts].append(mail.id)
    for attempt, keys in by_attempt.items():
        await transaction.run(_SENT, keys=keys, attempt=attempt, content={}, now=now)


async def retry(transaction: Transaction, mail: MailRow, *, at: datetime, error: str) -> None:
    """Has *mail* tried again *at* then."""
    await transaction.run(_RETRY, keys=[mail.id], attempt=mail.attempts, due_at=at, error=error)


async def failed(transaction: Transaction, mail: MailRow, *, now: datetime, error: str) -> None:
    """Gives *mail* up."""
    await transaction.run(_FAILED, keys=[mail.id], attempt=mail.attempts, content={}, now=now, error=error)


async def drop(transaction: Transaction, mail: MailRow) -> None:
    """Removes *mail*: there is nothing to tell any more, or nobody."""
    await transaction.run(_DROP, keys=[mail.id])


async def forget(transaction: Transaction, *, user_id: Key, email: str) -> None:
    """Removes every mail to a user, whether it went or not."""
    await transaction.run(_FORGET, user_id=user_id, email=email)


async def sweep(transaction: Transaction, *, before: datetime) -> int:
    """Removes mails from before *before* that are done with, some at a time; how many."""
    return await transaction.run(_SWEEP, before=before)


async def waiting(reader: Reader) -> Waiting:
    found = await reader.one(_WAITING)
    assert found is not None
    return found
