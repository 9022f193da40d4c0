"""The windows of time that analytics go over, as conditions and counts in SQL."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case, cast, func

from mentorhub.db.types import Instant

SINCE = bindparam("since", type_=Instant())
UNTIL = bindparam("until", type_=Instant())
"""Exclusive. Every statement over a window takes both."""


def within(column: Any) -> ColumnElement[bool]:
    return and_(column >= SINCE, column < UNTIL)


def count_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows *condition* holds for."""
    return whole(func.sum(case((condition, 1), else_=0)))


def whole(total: Any) -> ColumnElement[int]:
    """*total*, 0 where there is none: PostgreSQL's sums of sums would be decimals."""
    return cast(func.coalesce(total, 0), BigInteger)
