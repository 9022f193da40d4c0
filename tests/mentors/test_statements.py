"""How many statements a page costs: as many for one mentor as for a hundred."""

import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from mentorhub.db import offering, open_slots
from mentorhub.db.database import Database
from mentorhub.db.known_slots import KnownSlots
from mentorhub.db.paging import Window
from mentorhub.db.postgresql import PostgreSQL
from mentorhub.db.tables.availability import slots as slots_table
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.tables.mentors import expertise as expertise_table
from mentorhub.rules.instants import NEVER
from mentorhub.rules.keys import NOBODY, Key
from mentorhub.rules.listing import terms as slots_terms
from mentorhub.rules.mentors import MentorOrder
from mentorhub.rules.slots import SessionRules
from mentorhub.rules.vocabulary import BookingStatus, SlotStatus
from tests import rows
from tests.api import MONDAY, Api
from tests.counting import Noting, counting, of_postgresql, rows_read, steps_of

PAGE = """
query($first: Int) { mentors(first: $first) {
  nodes { id name rating { average count distribution } responseRate completedSessionCount
    expertise { id name } socialLinks { website } bookingRules { bufferMinutes } user { name }
    nextSlot { id startsAt } slots(first: 5) { id startsAt mentor { name } } availabilityStatus
    feedback(first: 3) { nodes { rating author { name } } }
    availabilityAt(startsAt: "2026-03-04T09:00:00Z") { isBookable reasons slot { id } alternatives { id } } }
  pageInfo { hasNextPage } } }
"""


async def a_hundred_mentors(api: Api) -> None:
    database = api.house.doors.database
    users = await rows.users(database, 100)
    mentors = await rows.mentors(database, [{"user_id": user} for user in users])
    [python] = await rows.add(database, expertise_table, {"name": "Python", "slug": "python"})
    await rows.knowing(database, {key: [python] for key in mentors})
    for mentor in mentors:
        for days in (1, 2, 3):
            start = MONDAY + timedelta(days=days)
            await rows.slot(database, mentor, start, start + timedelta(hours=1))
        start = MONDAY - timedelta(days=1)
        booking = await rows.booking(
            database,
            mentor,
            start,
            start + timedelta(hours=1),
            status=BookingStatus.COMPLETED,
            mentee_id=users[0],
        )
        said = {"rating": 5, "comment": "It was worth it.", "created_at": MONDAY}
        await rows.add(
            database, feedback, {"booking_id": booking, "mentor_id": mentor, "author_id": users[0], **said}
        )
    await database.write(lambda transaction: offering.set_next(transaction, mentors, now=MONDAY))


async def test_a_page_costs_the_same_statements_for_one_mentor_and_for_a_hundred(api: Api) -> None:
    await a_hundred_mentors(api)
    sent: dict[int, list[str]] = {}
    # What expertise is called, and which slots there are, is remembered.
    await api.ask(PAGE, first=100)

    for first in (1, 100):
        async with counting(api) as counted:
            answer = await api.ask(PAGE, first=first)
        # The log is read by the clock, whatever is asked.
        sent[first] = sorted(read for read in counted.reads if "FROM facts" not in read)
        nodes = answer["mentors"]["nodes"]
        assert len(nodes) == first
        assert nodes[0]["slots"][0]["mentor"]["name"] == "Noor Adeyemi"
        assert nodes[0]["feedback"]["nodes"][0]["author"]["name"] == "Noor Adeyemi"

    assert sent[1] == sent[100]
    assert len(sent[1]) <= 20


@pytest.mark.parametrize(
    "asked", ["name expertise { name }", "bio expertise { name } bookingRules { horizonDays }"]
)
async def test_a_plain_page_is_one_statement(api: Api, asked: str) -> None:
    await a_hundred_mentors(api)
    page = f"{{ mentors(first: 100) {{ nodes {{ {asked} rating {{ average }} }} }} }}"
    await api.ask(page)

    async with counting(api) as counted:
        await api.ask(page)

    assert len(counted.reads) == 1


INDEXES = {
    MentorOrder.RECOMMENDED: "ix_mentors_recommended",
    MentorOrder.RATING: "ix_mentors_rating",
    MentorOrder.SESSIONS: "ix_mentors_sessions",
    MentorOrder.NEWEST: "ix_mentors_newest",
    MentorOrder.NAME: "ix_mentors_name",
    MentorOrder.SOONEST_SLOT: "ix_mentors_soonest",
}


@pytest.mark.parametrize("order", MentorOrder)
async def test_a_page_is_read_by_the_index_of_its_order(
    api: Api, database_url: str, order: MentorOrder
) -> None:
    async with counting(api) as counted:
        await api.ask("query($order: MentorOrder) { mentors(orderBy: $order) { nodes { id } } }", order=order)

    [page] = [read for read in counted.reads if "FROM mentors" in read]
    assert INDEXES[order] in await plan_of(page.replace("__limit__", "21"), database_url)


async def test_next_slots_are_read_from_their_index_alone(api: Api, database_url: str) -> None:
    database = api.house.doors.database
    [user] = await rows.users(database, 1)
    [mentor] = await rows.mentors(database, [{"user_id": user}])
    await offered(database, mentor, range(1, 30), hours=range(8, 16))
    noting: Any = Noting(database.reader, database.dialect)

    found = await KnownSlots().next_of(noting, [mentor], first=5, now=MONDAY)
    assert len(found[mentor]) == 5

    (sql, values), _known = noting.asked
    by = "COVERING INDEX" if database_url.startswith("sqlite") else "Index Only Scan using"
    assert f"{by} ix_slots_next" in await plan_of(sql, database_url, *values)


async def plan_of(sql: str, url: str, *given: Any) -> str:
    """How *sql* is executed with what is *given* for its parameters, were the tables large."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        plan = "\n".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", given))
        connection.close()
        return plan
    session = await asyncpg.connect(url)
    try:
        await session.execute("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off")
        return "\n".join(row[0] for row in await session.fetch(f"EXPLAIN {sql}", *given))
    finally:
        await session.close()


async def offered(database: Database, mentor: Key, days: Iterable[int], hours: Iterable[int]) -> None:
    """Slots of an hour each that are offered from MONDAY until they start."""
    starts = [MONDAY + timedelta(days=day, hours=hour) for day in days for hour in hours]
    made = [
        {
            "mentor_id": mentor,
            "starts_at": start,
            "ends_at": start + timedelta(hours=1),
            "status": SlotStatus.OPEN,
            "offered_from": MONDAY,
            "offered_until": start,
            "terms": slots_terms(SessionRules(minimum_notice_hours=0, horizon_days=365)),
        }
        for start in starts
    ]
    await rows.add(database, slots_table, *made)


async def test_postgresql_reads_no_more_of_many_slots_than_a_page_has(postgresql_url: str) -> None:
    database = await PostgreSQL.open(postgresql_url, pool_size=1)
    middle = MONDAY + timedelta(days=180), NOBODY
    try:
        [user] = await rows.users(database, 1)
        [mentor] = await rows.mentors(database, [{"user_id": user}])
        await offered(database, mentor, [1], range(1))
        await of_postgresql(
            postgresql_url,
            """
            INSERT INTO slots (id, mentor_id, starts_at, ends_at, status, offered_from, offered_until, terms)
            SELECT gen_random_uuid(), mentor_id, starts_at + later, starts_at + later + interval '5 minutes', status,
                offered_from, offered_until + later, terms + 1000 * (number % 20)
            FROM slots, generate_series(12, 100000) AS number,
                LATERAL (SELECT number * interval '5 minutes') AS _(later)
            """,
        )
        noting: Any = Noting(database.reader, "postgresql")
        windows = (Window(5), Window(5, after=middle), Window(5, backward=True, before=middle))
        for given in {}, {"minimum_minutes": 5}:
            listing = open_slots.listing(open_slots.Shape(minimum_minutes=bool(given)))
            for window in windows:
                cut = await listing.cut(noting, window, since=MONDAY, until=NEVER, now=MONDAY, **given)
                assert len(cut.rows) == 5
        read = await rows_read(postgresql_url, "slots", noting.asked)
    finally:
        await database.close()

    # Of each kind one more than the page has; and the kinds themselves, where the index alone may not tell them.
    assert all(6 * 20 <= count <= 8 * 20 for count in read), read


async def test_slots_before_a_window_and_after_it_cost_nothing(api: Api, database_url: str) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL takes every bound of an index, and SQLite one each way")
    database = api.house.doors.database
    [user] = await rows.users(database, 1)
    [mentor] = await rows.mentors(database, [{"user_id": user}])
    steps = []
    for days in (range(40, 41), (*range(1, 40), *range(41, 56))):
        await offered(database, mentor, days, hours=set(range(24)) - {5, 6})
        noting: Any = Noting(database.reader)
        middle = MONDAY + timedelta(days=40, hours=5)
        window = {"since": middle, "until": middle + timedelta(hours=2), "now": MONDAY}
        assert await open_slots.mentors_between(noting, **window, most=400) == set()
        listing, after = open_slots.listing(open_slots.Shape()), (MONDAY + timedelta(days=40), mentor)
        cut = await listing.cut(noting, Window(5, after=after), **{**window, "until": NEVER})
        assert cut.rows[0].starts_at == middle + timedelta(hours=2)
        steps.append(steps_of(database_url, noting.asked))

    assert steps[1] < steps[0] + 100
