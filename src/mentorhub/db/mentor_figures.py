"""The figures kept with each mentor, written where their base is written, under the lock of the mentor's row."""

from typing import NamedTuple

from sqlalchemy import Float, Integer, String, bindparam, select, update

from mentorhub.db.database import Transaction
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import KeyColumn
from mentorhub.rules.keys import Key
from mentorhub.rules.tallies import Tally, bayesian_mean, with_rating


def _more(name: str) -> dict[str, object]:
    return {name: mentors.c[name] + bindparam(f"more_{name}", type_=Integer())}


_IS_NAMED = mentors.c.id == bindparam("mentor_id", type_=KeyColumn())
_ADD = change(
    update(mentors)
    .where(_IS_NAMED)
    .values(
        _more("answered_count")
        | _more("expired_count")
        | _more("completed_session_count")
        | _more("completed_minutes")
    )
)


class _Rated(NamedTuple):
    rating_sum: int
    rating_count: int
    stars: str


_RATED = Statement(
    select(mentors.c.rating_sum, mentors.c.rating_count, mentors.c.stars).where(_IS_NAMED), _Rated
)
_RATE = change(
    update(mentors)
    .where(_IS_NAMED)
    .values(
        rating_sum=bindparam("sum", type_=Integer()),
        rating_count=bindparam("count", type_=Integer()),
        stars=bindparam("stars", type_=String()),
        rating_average=bindparam("average", type_=Float()),
        score=bindparam("score", type_=Float()),
    )
)


async def add(transaction: Transaction, mentor_id: Key, tally: Tally) -> None:
    if tally.answered or tally.expired or tally.completed:
        await transaction.run(
            _ADD,
            mentor_id=mentor_id,
            more_answered_count=tally.answered,
            more_expired_count=tally.expired,
            more_completed_session_count=tally.completed,
            more_completed_minutes=tally.completed_minutes,
        )


async def rate(transaction: Transaction, mentor_id: Key, rating: int, *, by: int) -> None:
    """Counts *by* more visible ratings of *rating* stars."""
    rated = await transaction.one(_RATED, mentor_id=mentor_id)
    assert rated is not None
    total, count = rated.rating_sum + by * rating, rated.rating_count + by
    await transaction.run(
        _RATE,
        mentor_id=mentor_id,
        sum=total,
        count=count,
        stars=with_rating(rated.stars, rating, by),
        average=total / count if count else 0.0,
        score=bayesian_mean(total, count),
    )
