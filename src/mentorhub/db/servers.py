"""What a database server says of itself."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, type_coerce

from mentorhub.db.database import Reader
from mentorhub.db.statements import Statement
from mentorhub.db.tables.facts import mails


class _Clock(NamedTuple):
    instant: datetime


_NOW = Statement(select(type_coerce(func.clock_timestamp(), mails.c.due_at.type).label("instant")), _Clock)


async def now(reader: Reader) -> datetime:
    """The time that a PostgreSQL server tells."""
    found = await reader.one(_NOW)
    assert found is not None
    return found.instant
