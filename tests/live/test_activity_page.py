"""The feed as a page: what it takes of the database, and that whoever has just done something finds it."""

import asyncio
from contextlib import suppress
from itertools import product
from typing import Any

import asyncpg

from mentorhub.db import activity, facts
from mentorhub.db.database import Database
from mentorhub.db.keys import new_key
from mentorhub.db.paging import Window
from mentorhub.db.postgresql import PostgreSQL
from mentorhub.db.sqlite import SQLite
from mentorhub.rules.facts import ActivityKind, Fact, QuietKind
from tests import given
from tests.api import MONDAY, Api
from tests.counting import Noting, counting, of_postgresql, rows_read, steps_of

PAGE = "{ admin { activity(first: 10) { nodes { id summary actor { name } } } } }"


async def tell(database: Database, *happened: Fact) -> None:
    await database.write(lambda transaction: facts.write(transaction, happened, at=MONDAY))


async def test_a_page_is_one_statement_with_its_actors_and_one_more_for_its_names(api: Api) -> None:
    admin, person = await given.admin(api), await given.user(api, name="Mika Oyelaran")
    joined = Fact(ActivityKind.USER_JOINED, ("User", person.user_id), actor_id=person.user_id)
    await tell(api.house.doors.database, *([joined] * 10))

    async with counting(api) as counted:
        answer = await api.ask(PAGE, admin)

    assert [node["summary"] for node in answer["admin"]["activity"]["nodes"]] == [
        "Mika Oyelaran joined."
    ] * 10
    # The log's reader may come by meanwhile.
    assert len([sql for sql in counted.reads if " > (" not in sql]) == 2


async def test_a_page_of_whatever_kinds_is_one_statement_and_is_found_before_its_actors(api: Api) -> None:
    admin = await given.admin(api)

    async with counting(api) as counted:
        for kinds in "[]", "[ROLE_CHANGED]", "[ROLE_CHANGED, DATA_EXPORTED, ROLE_CHANGED]":
            await api.ask(
                f"{{ admin {{ activity(kinds: {kinds}) {{ nodes {{ actor {{ name }} }} }} }} }}", admin
            )

    [page] = {sql for sql in counted.reads if "JOIN users" in sql and "FROM facts" in sql}
    assert page.index("LIMIT") < page.index("JOIN users")


ALL = [kind.value for kind in ActivityKind]
ACTIVITIES: tuple[tuple[bool, dict[str, list[str]]], ...] = (
    (False, {}),
    (True, {"kinds": ["DATA_EXPORTED", "ROLE_CHANGED"]}),
    (True, {"kinds": ALL}),
)


async def test_what_a_page_costs_sqlite_depends_on_nothing_but_its_size(sqlite_url: str) -> None:
    """Neither on its depth, nor on how rare its kinds are, nor on how much is of no kind that is listed."""
    database, person = SQLite(sqlite_url.removeprefix("sqlite:///")), new_key()
    changed, joined = (
        Fact(kind, ("User", person), actor_id=person)
        for kind in (ActivityKind.ROLE_CHANGED, ActivityKind.USER_JOINED)
    )
    quiet = Fact(QuietKind.NOTIFIED, ("Notification", person), user_id=person)
    steps, told = [], []
    try:
        for more in [changed, *[joined] * 50, changed], [joined, quiet] * 1_000 + [quiet] * 1_000:
            await tell(database, *more)
            told += more
            noting: Any = Noting(database.reader)
            for of_some_kinds, given in ACTIVITIES:
                listing = activity.listing(of_some_kinds=of_some_kinds, with_actors=True)
                for backward, after, before in product((False, True), (None, (0, 40)), (None, (0, 1))):
                    window = Window(10, backward=backward, after=after, before=before)
                    cut = await listing.cut(noting, window, **given)
                    listed = [
                        place
                        for place, fact in reversed([*enumerate(told, 1)])
                        if fact.kind.value in given.get("kinds", ALL)
                        and (after is None or place < 40)
                        and (before is None or place > 1)
                    ]
                    assert [row.position for row in cut.rows] == (listed[-10:] if backward else listed[:10])
            steps.append(steps_of(sqlite_url, noting.asked))
    finally:
        await database.close()

    assert steps[1] < steps[0] + 1_000


async def test_postgresql_reads_no_more_of_a_long_log_than_a_page_has(postgresql_url: str) -> None:
    database, person = await PostgreSQL.open(postgresql_url, pool_size=1), new_key()
    changed, joined = (
        Fact(kind, ("User", person), actor_id=person)
        for kind in (ActivityKind.ROLE_CHANGED, ActivityKind.USER_JOINED)
    )
    try:
        await tell(database, *[changed] * 20, *[joined] * 20)
        place = (
            (await activity.listing(of_some_kinds=False, with_actors=True).cut(database.reader, Window(1)))
            .rows[0]
            .place
        )
        for kind, times in ("USER_JOINED", 1_000), ("NOTIFIED", 1_000):
            await of_postgresql(
                postgresql_url,
                f"""
                INSERT INTO facts (id, kind, actor_id, subject_type, subject_id, data, occurred_at, is_administrative)
                SELECT gen_random_uuid(), '{kind}', actor_id, subject_type, subject_id, data, occurred_at, false
                FROM facts, generate_series(1, {times}) WHERE kind = 'USER_JOINED' LIMIT 20000
                """,
            )
        noting: Any = Noting(database.reader, "postgresql")
        for of_some_kinds, given in ACTIVITIES:
            listing = activity.listing(of_some_kinds=of_some_kinds, with_actors=True)
            for window in Window(10), Window(10, after=place), Window(10, backward=True):
                cut = await listing.cut(noting, window, **given)
                assert len(cut.rows) == 10
                assert {row.kind for row in cut.rows} <= set(given.get("kinds", ALL))
        asked = [each for each in noting.asked if "page" in each[0]]
        read = await rows_read(postgresql_url, "facts", asked)
    finally:
        await database.close()

    # As many of each of the two kinds that there are as a page has, and the page itself.
    assert max(read) <= 3 * 11, read


async def test_a_page_waits_for_a_transaction_that_was_open_when_its_first_fact_was_told(
    postgresql_url: str,
) -> None:
    database = await PostgreSQL.open(postgresql_url, pool_size=4)
    elsewhere, person = await asyncpg.connect(postgresql_url), new_key()
    try:
        transaction = elsewhere.transaction()
        await transaction.start()
        await elsewhere.fetchval("SELECT pg_current_xact_id()::text")
        await tell(database, Fact(ActivityKind.USER_JOINED, ("User", person)))
        page = asyncio.create_task(
            activity.listing(of_some_kinds=False, with_actors=False).cut(database.reader, Window(10))
        )
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(page), 0.05)
        assert not page.done()

        await transaction.commit()
        rows = (await page).rows
    finally:
        await elsewhere.close()
        await database.close()

    assert [row.subject_id for row in rows] == [person]


async def test_the_figures_of_the_dashboard_are_one_statement(api: Api) -> None:
    admin = await given.admin(api)

    async with counting(api) as counted:
        answer = await api.ask("{ admin { dashboard { totalUsers pendingBookings } } }", admin)

    assert answer["admin"]["dashboard"]["pendingBookings"] == 0
    assert len(counted.reads) == 1
