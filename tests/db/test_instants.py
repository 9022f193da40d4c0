"""Instants on their way to PostgreSQL and back."""

import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, literal_column, select

from mentorhub.db import instants
from mentorhub.db.postgresql import PostgreSQL
from mentorhub.db.statements import Statement
from mentorhub.db.types import Instant, Instants

ZONES = [UTC, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/Los_Angeles")]
FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


class Row(NamedTuple):
    at: datetime


ONE = Statement(select(bindparam("at", type_=Instant()).label("at")), Row)
MANY = Statement(select(func.unnest(bindparam("all", type_=Instants()), type_=Instant()).label("at")), Row)


async def test_an_instant_comes_back_as_it_went(postgresql_url: str) -> None:
    chance = random.Random(1)
    microsecond, span = timedelta(microseconds=1), LAST - FIRST
    given = [
        (FIRST + chance.randrange(span // microsecond) * microsecond).astimezone(chance.choice(ZONES))
        for _ in range(500)
    ]
    database = await PostgreSQL.open(postgresql_url, pool_size=1)
    try:
        ones = [await database.reader.all(ONE, at=instant) for instant in given[:50]]
        many = await database.reader.all(MANY, all=given)
        again = await database.reader.all(MANY, all=given)
    finally:
        await database.close()

    assert [row.at for (row,) in ones] == given[:50]
    assert [row.at for row in many] == [row.at for row in again] == given
    assert {row.at.tzinfo for row in many} == {UTC}
    assert all(one.at is another.at for one, another in zip(many, again, strict=True))


async def test_infinity_is_as_late_or_as_early_as_can_be(postgresql_url: str) -> None:
    database = await PostgreSQL.open(postgresql_url, pool_size=1)
    try:
        for text, instant in (
            ("infinity", datetime.max.replace(tzinfo=UTC)),
            ("-infinity", datetime.min.replace(tzinfo=UTC)),
        ):
            infinite = Statement(select(literal_column(f"'{text}'::timestamptz", Instant()).label("at")), Row)
            assert await database.reader.all(infinite) == [Row(instant)]
    finally:
        await database.close()


async def test_no_more_instants_are_kept_than_there_is_room_for(postgresql_url: str) -> None:
    given = [FIRST + timedelta(seconds=second) for second in range(instants.MOST + 10)]
    database = await PostgreSQL.open(postgresql_url, pool_size=1)
    try:
        rows = await database.reader.all(MANY, all=given)
    finally:
        await database.close()

    assert [row.at for row in rows] == given
    assert len(instants.KNOWN) <= instants.MOST
