"""The feed as a page: what it takes of the database, and that whoever has just done something finds it."""

import asyncio
from contextlib import suppress
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
from tests.counting import Noting, counting, steps_of

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


async def test_a_page_of_kinds_names_them_and_goes_by_how_common_they_are(api: Api) -> None:
    admin = await given.admin(api)

    async with counting(api) as counted:
        await api.ask(
            "{ admin { activity(kinds: [ROLE_CHANGED, DATA_EXPORTED]) { nodes { actor { name } } } } }", admin
        )

    [page] = [sql for sql in counted.reads if "JOIN users" in sql and "FROM facts" in sql]
    assert "'DATA_EXPORTED'" in page
    assert "'ROLE_CHANGED'" in page
    assert page.index("LIMIT") < page.index("JOIN users")


async def test_what_a_page_costs_sqlite_depends_neither_on_its_depth_nor_on_how_rare_its_kinds_are(
    sqlite_url: str,
) -> None:
    database, person = SQLite(sqlite_url.removeprefix("sqlite:///")), new_key()
    rare = frozenset({ActivityKind.ROLE_CHANGED, ActivityKind.DATA_EXPORTED})
    changed, joined = (
        Fact(kind, ("User", person), actor_id=person)
        for kind in (ActivityKind.ROLE_CHANGED, ActivityKind.USER_JOINED)
    )
    # Of no kind that is listed.
    quiet = Fact(QuietKind.NOTIFIED, ("Notification", person), user_id=person)
    steps = []
    try:
        await tell(database, changed, *[joined] * 50, changed)
        for more in (0, 1_000):
            await tell(database, *[joined, quiet] * more)
            noting: Any = Noting(database.reader)
            for kinds in (frozenset(ActivityKind), rare):
                for window in (
                    Window(10),
                    Window(10, after=(0, 40)),
                    Window(10, backward=True),
                    Window(10, backward=True, before=(0, 40)),
                ):
                    cut = await activity.listing(kinds, with_actors=True).cut(noting, window)
                    assert cut.rows
                    assert {row.kind for row in cut.rows} <= {kind.value for kind in kinds}
            steps.append(steps_of(sqlite_url, noting.asked))
    finally:
        await database.close()

    assert steps[1] < steps[0] + 500


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
            activity.listing(frozenset(ActivityKind), with_actors=False).cut(database.reader, Window(10))
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
