"""Whose turn it is: each webhook's in a round, at a price that does not grow with what waits."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from mentorhub.db import webhook_deliveries, webhook_turns, webhooks
from mentorhub.db.database import Database, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.postgresql import PostgreSQL
from mentorhub.db.statements import Statement
from mentorhub.db.tables.webhooks import deliveries as deliveries_table
from mentorhub.db.tables.webhooks import webhooks as webhooks_table
from mentorhub.db.webhook_turns import FIRST, Turn
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import WebhookTopic
from tests import rows
from tests.api import MONDAY, Api
from tests.counting import of_postgresql, rows_read_so_far
from tests.mentors.test_statements import plan_of

CHANGED = WebhookTopic.BOOKING_STATUS_CHANGED


async def hooks(database: Database, number: int) -> list[Key]:
    """So many webhooks of one owner, in the order of a round."""
    owner = await rows.user(database)
    hook = {"user_id": owner, "url": "https://example.com/", "topics": [CHANGED], "created_at": MONDAY}
    place = {"since_transaction": 0, "since_position": 0}
    return sorted(await rows.add(database, webhooks_table, *[{**hook, **place}] * number))


async def waiting(api: Api, *numbers: int, due: datetime = MONDAY) -> list[Key]:
    """A webhook for each of *numbers*, to which so many deliveries are *due*; in the order of a round."""
    database = api.house.doors.database
    keys = await hooks(database, len(numbers))
    said = {"position": 1, "topic": CHANGED, "created_at": MONDAY, "due_at": due}
    for key, number in zip(keys, numbers, strict=True):
        facts = ({"webhook_id": key, "fact_id": new_key(), **said} for _ in range(number))
        await rows.add(database, deliveries_table, *facts)
    return keys


async def claim(api: Api, *, after: Key = FIRST, busy: Collection[Key] = (), limit: int = 4) -> Turn:
    return await api.house.doors.database.write(partial(_claim, after=after, busy=busy, limit=limit))


async def _claim(
    transaction: Transaction, *, after: Key = FIRST, busy: Collection[Key] = (), limit: int = 4
) -> Turn:
    until = MONDAY + timedelta(minutes=1)
    return await webhook_turns.claim(
        transaction, now=MONDAY, until=until, after=after, busy=busy, each=2, limit=limit
    )


def hooks_of(turn: Turn) -> list[Key]:
    return sorted(row.webhook_id for row in turn.claimed)


async def test_a_round_comes_to_everybody_whoever_has_much_to_be_told(api: Api) -> None:
    keys = await waiting(api, 9, 1, 9, 9, 1, 1)

    first = await claim(api)
    second = await claim(api, after=first.after)
    third = await claim(api, after=second.after)

    assert hooks_of(first) == keys[:4]
    assert hooks_of(second) == sorted([keys[4], keys[5], keys[0], keys[2]])
    assert set(hooks_of(third)) == {keys[3], keys[0], keys[2]}
    assert len(third.claimed) == 4


async def test_of_each_comes_its_first_before_anybodys_second_and_no_third(api: Api) -> None:
    keys = await waiting(api, 9, 9)

    assert hooks_of(await claim(api, limit=3)) in ([keys[0], keys[0], keys[1]], [keys[0], keys[1], keys[1]])
    assert hooks_of(await claim(api, limit=9)) == [keys[0], keys[0], keys[1], keys[1]]


async def test_nobody_who_is_busy_comes_and_nothing_that_is_not_due_or_claimed(api: Api) -> None:
    [busy, free] = await waiting(api, 9, 1)
    await waiting(api, 1, due=MONDAY + timedelta(seconds=1))

    claimed = await claim(api, busy=[busy])
    nothing = await claim(api, busy=[busy], after=claimed.after)

    assert [(row.webhook_id, row.attempts, row.due_at) for row in claimed.claimed] == [
        (free, 1, MONDAY + timedelta(minutes=1))
    ]
    assert nothing.claimed == []


class Noting:
    """A transaction that notes what it is asked, with what is said."""

    def __init__(self, transaction: Transaction, dialect: str) -> None:
        self._transaction = transaction
        self._dialect = dialect
        self.asked: list[tuple[str, list[Any]]] = []

    async def all(
        self, statement: Statement[Any], /, *, limit: int | None = None, **values: Any
    ) -> list[Any]:
        compiled = statement.on(self._dialect)
        self.asked.append((compiled.limited(limit), compiled.arguments(values)))
        return await self._transaction.all(statement, limit=limit, **values)

    async def one(self, statement: Statement[Any], /, *, limit: int | None = None, **values: Any) -> Any:
        return next(iter(await self.all(statement, limit=limit, **values)), None)

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        return await self._transaction.run(statement, **values)

    async def many(self, *_: Any) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("table", ["webhook_deliveries", "webhooks"])
async def test_neither_backlog_nor_users_are_read_whole(api: Api, database_url: str, table: str) -> None:
    await waiting(api, 3, 3)
    database = api.house.doors.database

    async def ask(transaction: Transaction) -> list[tuple[str, list[Any]]]:
        noting = Noting(transaction, database.dialect)
        if table == "webhooks":
            await webhooks.hearing(noting, [new_key()], now=MONDAY)
        else:
            await _claim(noting)
        return noting.asked

    plans = [await plan_of(sql, database_url, *given) for sql, given in await database.write(ask)]

    indexes = (
        ["ix_webhooks_user_id", "ix_users_administrators"]
        if table == "webhooks"
        else ["ix_webhook_deliveries_waiting"] * 2
    )
    for plan in plans:
        assert not any(f"{scan} {table}" in plan for scan in ("SCAN", "Seq Scan on")), plan
    assert all(any(index in plan for plan in plans) for index in indexes), plans
    assert sum(indexes[0] in plan for plan in plans) >= indexes.count(indexes[0])


async def test_postgresql_finds_a_delivery_that_was_made_by_its_key_however_many_wait(
    postgresql_url: str,
) -> None:
    database = await PostgreSQL.open(postgresql_url, pool_size=1)
    try:
        [key] = await hooks(database, 1)
        # What is known of deliveries is from when nothing waited.
        await of_postgresql(
            postgresql_url, f"{_DELIVERIES.format(key, due='NULL', number=5000)}; ANALYZE webhook_deliveries"
        )
        await of_postgresql(postgresql_url, _DELIVERIES.format(key, due="'2020-01-01'", number=5000))
        turn = await database.write(_claim)

        async def note(transaction: Transaction) -> int:
            before = await rows_read_so_far(transaction, "webhook_deliveries")
            for row in turn.claimed:
                await webhook_deliveries.delivered(transaction, row, status=200, now=MONDAY)
            return await rows_read_so_far(transaction, "webhook_deliveries") - before

        read = await database.write(note)
    finally:
        await database.close()

    assert read == len(turn.claimed) == 2


async def test_what_a_claim_reads_does_not_go_by_what_waits_though_nothing_did_when_that_was_counted(
    postgresql_url: str,
) -> None:
    database = await PostgreSQL.open(postgresql_url, pool_size=1)
    try:
        one, other = await hooks(database, 2)
        await of_postgresql(
            postgresql_url, f"{_DELIVERIES.format(one, due='NULL', number=5000)}; ANALYZE webhook_deliveries"
        )
        # The connection plans its statements now.
        await of_postgresql(postgresql_url, _DELIVERIES.format(one, due="'2020-01-01'", number=1))
        assert len((await database.write(_claim)).claimed) == 1
        for key in (one, other):
            await of_postgresql(postgresql_url, _DELIVERIES.format(key, due="'2020-01-01'", number=5000))

        async def claim(transaction: Transaction) -> int:
            before = await rows_read_so_far(transaction, "webhook_deliveries")
            assert len((await _claim(transaction)).claimed) == 4
            return await rows_read_so_far(transaction, "webhook_deliveries") - before

        read = await database.write(claim)
    finally:
        await database.close()

    assert read < 100


_DELIVERIES = """
    INSERT INTO webhook_deliveries
        (id, webhook_id, fact_id, position, topic, created_at, due_at, attempts, earlier_attempts)
    SELECT gen_random_uuid(), '{}', gen_random_uuid(), 1, 'BOOKING_STATUS_CHANGED', '2020-01-01', {due}, 0, 0
    FROM generate_series(1, {number})
"""
