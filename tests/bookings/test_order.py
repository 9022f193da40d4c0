"""The log tells what happened in the order in which one thing led to the other, whoever had to wait for whom."""

import asyncio
from datetime import timedelta

import asyncpg

from mentorhub.db import facts, locks
from mentorhub.db.database import Transaction
from mentorhub.resolvers.departures import cancel_all_of
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.keys import Key
from tests.bookings.scene import FIRST, MUTATIONS, Scene, mentor, open_slots


async def test_who_waited_for_several_mentors_is_not_told_before_those_they_waited_for(
    scene: Scene, database_url: str
) -> None:
    if scene.api.house.doors.database.dialect == "sqlite":
        # One writer at a time makes the order by itself.
        return
    other = await mentor(scene.api)
    assert other.mentor_id
    [elsewhere] = await open_slots(scene.api, other.mentor_id, 1, first=FIRST + timedelta(hours=9))
    await scene.request()
    last = await scene.request(elsewhere)
    desk = Desk(scene.api.house.doors, scene.admin, scene.api.clock.now())

    async with asyncio.TaskGroup() as group:
        held, free = asyncio.Event(), asyncio.Event()
        group.create_task(hold(scene, other.mentor_id, held, free))
        await held.wait()
        answer = {"input": {"bookingId": last}}
        confirming = group.create_task(scene.api.refused(MUTATIONS["confirmBooking"], other, **answer))
        await waiting(database_url, 1)
        # It locks the first mentor at once; only then does it wait for the second, behind the confirmation.
        group.create_task(desk.do(cancel_all_of, scene.mentee.user_id, reason="Closed"))
        await waiting(database_url, 2)
        free.set()

    assert confirming.result() == []
    told = await facts.after(desk.reader, facts.BEGINNING, limit=100)
    steps = [row.kind for row in told.facts if f"booking_{row.booking_id}" == last]
    assert steps == ["BOOKING_REQUESTED", "BOOKING_CONFIRMED", "BOOKING_CANCELLED"]


async def hold(scene: Scene, mentor_id: Key, held: asyncio.Event, free: asyncio.Event) -> None:
    """Keeps a mentor to itself until *free*."""

    async def act(transaction: Transaction) -> None:
        await locks.mentors_rows(transaction, [mentor_id])
        held.set()
        await free.wait()

    await scene.api.house.doors.database.write(act)


async def waiting(url: str, count: int) -> None:
    """Until so many transactions of this database wait for a lock."""
    asked = """
        SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE NOT granted AND datname = current_database()
    """
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(20):
            while await connection.fetchval(asked) < count:  # noqa: ASYNC110 -- locks tell nobody
                await asyncio.sleep(0.01)
    finally:
        await connection.close()
