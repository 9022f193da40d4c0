"""The one clock. In the sandbox it can be moved, for every process and across restarts."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from mentorhub.db.database import Reader, Transaction
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.facts import clock


class Clock:
    """Tells the instant; *offset* is how far it goes ahead of the true time."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class _Setting(NamedTuple):
    offset_microseconds: int


_READ = Statement(select(clock.c.offset_microseconds), _Setting)
_CLEAR = change(delete(clock))
_SET = change(insert(clock).values(id=1, offset_microseconds=bindparam("offset")))


async def offset(reader: Reader) -> timedelta:
    """How far the sandbox's clock was moved; nothing where it never was."""
    setting = await reader.one(_READ)
    return timedelta(microseconds=setting.offset_microseconds if setting else 0)


async def move(transaction: Transaction, *, by: timedelta) -> None:
    """Sets how far the clock goes ahead of the true time."""
    await transaction.run(_CLEAR)
    await transaction.run(_SET, offset=by // timedelta(microseconds=1))
