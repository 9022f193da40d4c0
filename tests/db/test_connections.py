"""Connections to PostgreSQL: lent at once or in turn, and whole again whatever happened to them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from mentorhub.db.connections import Connections
from mentorhub.rules.refusals import Unavailable


class Lender:
    """Connections whose making is counted."""

    def __init__(self, url: str, size: int, seconds: float) -> None:
        self.made: list[Any] = []
        self._url = url
        self.connections = Connections(self._connect, size=size, seconds=seconds, most_waiting=2)

    async def _connect(self) -> Any:
        connection = await asyncpg.connect(self._url)
        self.made.append(connection)
        return connection


@pytest.fixture
async def lender(postgresql_server: str) -> AsyncIterator[Lender]:
    lender = Lender(postgresql_server, size=2, seconds=30)
    yield lender
    await lender.connections.close()
    assert all(connection.is_closed() for connection in lender.made)


async def test_a_connection_that_came_back_is_lent_again_and_no_other_is_made(lender: Lender) -> None:
    first = await lender.connections.lend()
    lender.connections.take_back(first)

    again = await lender.connections.lend()

    assert again is first
    assert len(lender.made) == 1
    lender.connections.take_back(again)


async def test_whoever_waits_longest_gets_the_next_that_comes_back(lender: Lender) -> None:
    lent = [await lender.connections.lend() for _ in range(2)]
    waiting = [asyncio.create_task(lender.connections.lend()) for _ in range(2)]
    await asyncio.sleep(0)

    lender.connections.take_back(lent[0])
    lender.connections.take_back(lent[1])

    assert [await each for each in waiting] == lent
    assert len(lender.made) == 2
    for connection in lent:
        lender.connections.take_back(connection)


async def test_one_that_nobody_gives_back_in_time_is_waited_for_no_longer(postgresql_server: str) -> None:
    lender = Lender(postgresql_server, size=1, seconds=0.05)
    connection = await lender.connections.lend()

    with pytest.raises(TimeoutError):
        await lender.connections.lend()

    lender.connections.take_back(connection)
    assert await lender.connections.lend() is connection
    lender.connections.take_back(connection)
    await lender.connections.close()


async def test_whoever_stops_waiting_just_as_it_comes_leaves_it_to_the_next(lender: Lender) -> None:
    lent = [await lender.connections.lend() for _ in range(2)]
    leaving, staying = (asyncio.create_task(lender.connections.lend()) for _ in range(2))
    await asyncio.sleep(0)

    lender.connections.take_back(lent[0])
    leaving.cancel()

    assert await staying is lent[0]
    for connection in lent:
        lender.connections.take_back(connection)


async def test_where_too_many_wait_already_nobody_waits_longer(lender: Lender) -> None:
    lent = [await lender.connections.lend() for _ in range(2)]
    waiting = [asyncio.create_task(lender.connections.lend()) for _ in range(2)]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable):
        await lender.connections.lend()

    for connection in lent:
        lender.connections.take_back(connection)
    for each in waiting:
        lender.connections.take_back(await each)


async def test_a_connection_that_was_lost_makes_room_for_another(lender: Lender) -> None:
    lent = [await lender.connections.lend() for _ in range(2)]
    waiting = asyncio.create_task(lender.connections.lend())
    await asyncio.sleep(0)

    lent[0].terminate()
    lender.connections.take_back(lent[0])

    fresh = await waiting
    assert await fresh.fetchval("SELECT 1") == 1
    assert len(lender.made) == 3
    for connection in (fresh, lent[1]):
        lender.connections.take_back(connection)


async def test_one_that_was_lost_while_nobody_had_it_is_not_lent(lender: Lender) -> None:
    lost = await lender.connections.lend()
    lender.connections.take_back(lost)
    lost.terminate()

    fresh = await lender.connections.lend()

    assert fresh is not lost
    lender.connections.take_back(fresh)


async def test_what_was_broken_off_is_cancelled_before_anybody_else_has_the_connection(
    postgresql_server: str,
) -> None:
    lender = Lender(postgresql_server, size=1, seconds=30)
    connection = await lender.connections.lend()
    asking = asyncio.create_task(connection.fetchval("SELECT pg_sleep(600)"))
    await _until_asleep(postgresql_server, connection.get_server_pid())

    asking.cancel()
    await asyncio.wait([asking])
    lender.connections.take_back(connection, at_rest=False)

    again = await lender.connections.lend()
    assert again is connection
    assert await again.fetchval("SELECT 1") == 1
    lender.connections.take_back(again)
    await lender.connections.close()


async def test_a_transaction_that_was_left_open_is_rolled_back(lender: Lender) -> None:
    connection = await lender.connections.lend()
    await connection.execute("BEGIN")
    await connection.execute("CREATE TABLE left_open (id int)")

    lender.connections.take_back(connection)
    await asyncio.wait_for(lender.connections.close(), timeout=30)

    other = await lender.connections.lend()
    assert await other.fetchval("SELECT to_regclass('left_open')") is None
    lender.connections.take_back(other)


async def test_one_that_does_not_come_to_rest_is_closed(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentorhub.db.connections._PATIENCE", 0.0)
    connection = await lender.connections.lend()
    await connection.execute("BEGIN")

    lender.connections.take_back(connection)

    await lender.connections.close()
    assert connection.is_closed()


async def test_one_that_was_not_used_for_long_is_closed_rather_than_lent(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await lender.connections.lend()
    lender.connections.take_back(old)
    monkeypatch.setattr("mentorhub.db.connections._IDLE", -1.0)

    fresh = await lender.connections.lend()

    assert fresh is not old
    lender.connections.take_back(fresh)


async def test_a_failure_to_connect_is_told_to_each_who_asked_and_takes_no_place() -> None:
    reached = asyncio.Event()

    async def connect() -> Any:
        await reached.wait()
        raise ConnectionRefusedError

    connections = Connections(connect, size=1, seconds=30, most_waiting=5)
    asking = [asyncio.create_task(connections.lend()) for _ in range(3)]
    await asyncio.sleep(0)

    reached.set()

    results = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(each) for each in results] == [ConnectionRefusedError] * 3
    await connections.close()


async def test_closing_waits_for_what_is_lent(lender: Lender) -> None:
    connection = await lender.connections.lend()
    closing = asyncio.create_task(lender.connections.close())
    await asyncio.sleep(0)

    assert not closing.done()
    lender.connections.take_back(connection)

    await closing
    assert connection.is_closed()


async def test_one_that_nobody_gives_back_is_broken_off_when_all_are_closed(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentorhub.db.connections._PATIENCE", 0.0)
    connection = await lender.connections.lend()

    await lender.connections.close()

    assert connection.is_closed()
    lender.connections.take_back(connection)


async def _until_asleep(url: str, process: int) -> None:
    other = await asyncpg.connect(url)
    asked = "SELECT query LIKE '%pg_sleep%' AND state = 'active' FROM pg_stat_activity WHERE pid = $1"
    try:
        while not await other.fetchval(asked, process):
            pass
    finally:
        await other.close()
