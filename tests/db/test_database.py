"""The door to the database: the same promises on both."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

import pytest
from sqlalchemy import bindparam, insert, select

from mentorhub.db import clock, facts, figures, migrations, notifications, sqlite, sqlite_connection
from mentorhub.db.database import Database, Transaction, Violated
from mentorhub.db.facts import Telling
from mentorhub.db.keys import new_key
from mentorhub.db.postgresql import PostgreSQL
from mentorhub.db.statements import LIMITED, Statement, change, in_one
from mentorhub.db.tables.accounts import access_tokens
from mentorhub.db.tables.facts import facts as facts_table
from mentorhub.db.tables.mentors import expertise
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.keys import Key
from tests import rows
from tests.counting import of_postgresql, rows_read_so_far

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)

ADD = change(insert(expertise), parameters=["id", "name", "slug"])


class NameRow(NamedTuple):
    name: str


NAMES = Statement(select(expertise.c.name).order_by(expertise.c.name).limit(LIMITED), NameRow)


async def test_tables_are_what_the_migrations_make(database_url: str) -> None:
    await asyncio.to_thread(migrations.check, database_url)


async def test_many_rows_are_what_they_would_be_one_by_one(database: Database) -> None:
    actors = [None, new_key(), None]
    told = [
        Fact(
            ActivityKind.USER_JOINED,
            ("User", new_key()),
            actor_id=actor,
            data={"text": 'a "quoted", {braced} \\ ünicode'},
        )
        for actor in actors
    ]

    async def tell(transaction: Transaction) -> None:
        await facts.write(transaction, told, at=NOON)
        for fact in told:
            await facts.write(transaction, [fact], at=NOON)

    await database.write(tell)

    found = (await facts.after(database.reader, facts.BEGINNING, limit=10)).facts
    rows = [row._replace(id=Key(""), position=0) for row in found]
    assert rows[:3] == rows[3:]
    assert [row.actor_id for row in rows[:3]] == actors
    assert [row.position for row in found] == sorted(row.position for row in found)


def test_many_rows_are_one_insert_on_postgresql() -> None:
    added = change(insert(facts_table), parameters=["id", "kind", "data", "occurred_at"]).on("postgresql")
    of_lists = change(insert(access_tokens), parameters=["id", "scopes"]).on("postgresql")

    assert added.of_many == (
        "INSERT INTO facts (id, kind, data, occurred_at) SELECT * FROM"
        " unnest($1::UUID[], $2::VARCHAR[], $3::JSONB[], $4::TIMESTAMP WITH TIME ZONE[]) RETURNING facts.position"
    )
    assert of_lists.of_many is None


def test_several_inserts_are_one_statement_on_postgresql() -> None:
    assert in_one("INSERT A $1, $2") == "INSERT A $1, $2"
    assert in_one("INSERT A $1, $2", "INSERT B $1", "INSERT C $1, $2 ON $1") == (
        "WITH beside_1 AS (INSERT B $3), beside_2 AS (INSERT C $4, $5 ON $4) INSERT A $1, $2"
    )


async def test_what_is_written_in_one_go_is_as_if_written_one_after_the_other(database: Database) -> None:
    told = [Telling([Fact(ActivityKind.USER_JOINED, ("User", new_key()))]) for _ in range(3)]
    counts = [{"users": 2, "bookings": 1}, {"users": 1}, {}]
    keys: list[Key] = []

    async def write(transaction: Transaction) -> None:
        for telling, counted in zip([*told, Telling([])], [*counts, {"bookings": 4}], strict=True):
            keys.extend(await facts.write_all(transaction, [telling], figures.adding(counted), at=NOON))

    await database.write(write)

    rows = (await facts.after(database.reader, facts.BEGINNING, limit=10)).facts
    assert [row.id for row in rows] == keys
    assert [row.subject_id for row in rows] == [each.facts[0].subject[1] for each in told]
    figured = await figures.all_figures(database.reader, now=NOON)
    assert figured == {"users": 3, "bookings": 5, figures.OVERDUE: 0}


async def test_migrations_go_down_to_nothing_and_up_again(database_url: str) -> None:
    await asyncio.to_thread(migrations.downgrade, database_url, to="base")
    await asyncio.to_thread(migrations.upgrade, database_url)

    await asyncio.to_thread(migrations.check, database_url)


async def test_what_an_action_raises_undoes_all_of_it(database: Database) -> None:
    async def fail(transaction: Transaction) -> None:
        await transaction.run(ADD, id=new_key(), name="Python", slug="python")
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(fail)

    assert await database.reader.all(NAMES, limit=5) == []


async def test_a_broken_unique_constraint_is_told_by_its_name(database: Database) -> None:
    async def twice(transaction: Transaction) -> None:
        for _ in range(2):
            await transaction.run(ADD, id=new_key(), name="Python", slug="python")

    with pytest.raises(Violated) as refused:
        await database.write(twice)

    assert refused.value.constraint == "uq_expertise_slug"


async def test_a_cancelled_action_leaves_nothing_and_the_next_one_goes_on(database: Database) -> None:
    started = asyncio.Event()

    async def hang(transaction: Transaction) -> None:
        await transaction.run(ADD, id=new_key(), name="Python", slug="python")
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(database.write(hang))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async def add(transaction: Transaction) -> None:
        await transaction.run(ADD, id=new_key(), name="Rust", slug="rust")

    await database.write(add)
    assert await database.reader.all(NAMES, limit=5) == [("Rust",)]


async def test_an_instant_comes_back_as_the_same_instant_in_utc(database: Database) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-4)))

    async def tell(transaction: Transaction) -> None:
        await facts.write(transaction, [Fact(ActivityKind.USER_JOINED, ("User", new_key()))], at=elsewhere)

    await database.write(tell)

    [row] = (await facts.after(database.reader, facts.BEGINNING, limit=10)).facts
    assert (row.occurred_at, row.occurred_at.utcoffset()) == (NOON, timedelta())


async def test_a_naive_instant_is_refused(database: Database) -> None:
    async def tell(transaction: Transaction) -> None:
        await facts.write(
            transaction, [Fact(ActivityKind.USER_JOINED, ("User", new_key()))], at=NOON.replace(tzinfo=None)
        )

    with pytest.raises(ValueError, match="offset"):
        await database.write(tell)


async def test_facts_are_never_changed(database: Database) -> None:
    change_kind = change(facts_table.update().values(kind=bindparam("kind_")))

    async def tell(transaction: Transaction) -> None:
        await facts.write(transaction, [Fact(ActivityKind.USER_JOINED, ("User", new_key()))], at=NOON)

    async def alter(transaction: Transaction) -> None:
        await transaction.run(change_kind, kind_="USER_WARNED")

    await database.write(tell)

    with pytest.raises(Violated, match="never_changed"):
        await database.write(alter)


async def test_facts_come_in_the_order_of_commit_and_the_end_is_the_last(database: Database) -> None:
    told = [new_key() for _ in range(5)]

    for key in told:

        async def tell(transaction: Transaction, key: str = key) -> None:
            await facts.write(transaction, [Fact(ActivityKind.USER_JOINED, ("User", key))], at=NOON)  # type: ignore[arg-type]  # a key

        await database.write(tell)

    rows = (await facts.after(database.reader, facts.BEGINNING, limit=10)).facts
    assert [row.subject_id for row in rows] == told
    assert await facts.end(database.reader) == rows[-1].place
    assert (await facts.after(database.reader, rows[2].place, limit=10)).facts == rows[3:]


async def test_figures_add_up_whatever_shard_they_fell_into(database: Database) -> None:
    for by in (3, -1, 5):

        async def count(transaction: Transaction, by: int = by) -> None:
            await transaction.many(*figures.adding({"users": by, "bookings": 0}))

        await database.write(count)

    assert await figures.all_figures(database.reader, now=NOON) == {"users": 7, figures.OVERDUE: 0}


async def test_the_sandbox_clock_is_kept(database: Database) -> None:
    await database.write(lambda transaction: clock.move(transaction, by=timedelta(days=2)))
    await database.write(lambda transaction: clock.move(transaction, by=timedelta(hours=-3)))

    assert await clock.offset(database.reader) == timedelta(hours=-3)


async def test_a_stream_on_sqlite_keeps_little_and_maps_nothing(sqlite_url: str) -> None:
    path = sqlite_url.removeprefix("sqlite:///")

    def found(memory: sqlite_connection.Memory) -> list[int]:
        with closing(sqlite_connection.connect(path, memory)) as connection:
            pragmas = ("cache_size", "mmap_size", "temp_store")
            return [connection.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in pragmas]

    assert found(sqlite_connection.LONG) == [-8 * 1024, 0, 1]
    assert found(sqlite_connection.ORDINARY) == [-64 * 1024, 0, 2]
    assert found(sqlite_connection.WRITER) == [-16 * 1024, 0, 2]
    assert found(sqlite_connection.QUICK) == [-16 * 1024, 256 * 1024**2, 2]


async def test_the_end_of_a_long_log_is_read_on_sqlite_without_the_log(sqlite_url: str) -> None:
    database = sqlite.SQLite.open(sqlite_url.removeprefix("sqlite:///"))
    told = [Fact(ActivityKind.DATA_EXPORTED, ("User", key := new_key()), key)] * 1000
    await database.write(lambda transaction: facts.write(transaction, told, at=NOON))
    end = await facts.end(database.reader)
    await database.close()
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    with closing(sqlite_connection.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        after = facts._AFTER.on("sqlite")
        connection.set_progress_handler(step, 1)
        found = connection.execute(after.limited(10), after.arguments(end._asdict())).fetchall()

    assert end.position == 1000
    assert found == []
    assert steps < 100


async def test_postgresql_reads_a_table_by_its_index_that_was_empty_when_its_plan_was_made(
    postgresql_url: str,
) -> None:
    database = await PostgreSQL.open(postgresql_url, pool_size=1)
    try:
        await of_postgresql(postgresql_url, "VACUUM ANALYZE notifications")
        assert await notifications.by_keys(database.reader, [new_key()]) == {}
        user = await rows.user(database)
        await of_postgresql(postgresql_url, _NOTIFICATIONS.format(user))

        async def read(transaction: Transaction) -> int:
            await notifications.by_keys(transaction, [new_key()])
            return await rows_read_so_far(transaction, "notifications")

        assert await database.write(read) == 0
    finally:
        await database.close()


_NOTIFICATIONS = """
    INSERT INTO notifications (id, user_id, fact_id, kind, title, body, created_at)
    SELECT gen_random_uuid(), '{}', gen_random_uuid(), 'BOOKING_REQUESTED', 'A request', 'Noor asks.', '2020-01-01'
    FROM generate_series(1, 1000)
"""
