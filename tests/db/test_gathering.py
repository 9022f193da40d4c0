"""Rows asked for by their keys at the same time: one statement reads them, and everybody gets their own."""

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from mentorhub.db import activity, figures, mentors
from mentorhub.db.database import Database
from mentorhub.db.gathering import FEW, Gathering
from mentorhub.db.keys import new_key
from mentorhub.db.mentors import MentorRow
from mentorhub.db.paging import Window
from mentorhub.db.postgresql import PostgreSQL
from mentorhub.db.statements import Statement
from mentorhub.rules.keys import NOBODY, Key
from mentorhub.rules.refusals import Unavailable
from tests import rows
from tests.api import MONDAY


class Table:
    """What is read by a `Gathering`, taken down, and held up until it may go on. The statement is of no account."""

    def __init__(self) -> None:
        self.reads: list[list[str]] = []
        self.ended = 0
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.is_away = False
        self.gathering = Gathering(self.read)

    async def read(self, statement: Statement[Any], *, keys: Sequence[str]) -> list[Any]:
        self.reads.append(sorted(keys))
        await self.goes_on.wait()
        self.ended += 1
        if self.is_away:
            raise Unavailable
        if "fault" in keys:
            raise ZeroDivisionError
        return [(key, f"row of {key}") for key in sorted(keys, reverse=True) if key != "none"]

    def ask(self, *keys: str) -> "asyncio.Task[list[Any]]":
        return asyncio.create_task(self.gathering.by_keys(ANY, keys))


ANY: Any = object()


async def turns(number: int = 6) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def test_those_who_ask_at_once_share_a_statement_and_get_their_own_rows() -> None:
    table = Table()

    tasks = [table.ask("a"), table.ask("b", "none", "c", "b"), table.ask("none")]

    answers = await asyncio.gather(*tasks)

    assert table.reads == [["a", "b", "c", "none"]]
    assert answers == [[("a", "row of a")], [("b", "row of b"), ("c", "row of c")], []]


async def test_whoever_asks_alone_is_given_what_was_read() -> None:
    table = Table()

    assert await table.ask("a", "b") == [("a", "row of a"), ("b", "row of b")]
    assert table.reads == [["a", "b"]]


async def test_those_who_ask_for_the_same_at_once_share_it_and_each_has_a_list_of_their_own() -> None:
    asked: list[tuple[int | None, dict[str, Any]]] = []
    early, late = MONDAY, MONDAY + timedelta(seconds=1)

    async def read(_: Statement[Any], *, limit: int | None, **values: Any) -> list[Any]:
        asked.append((limit, values))
        return [values["place"]]

    gathered = Gathering(read)
    given = [(10, 1, early), (10, 1, late), (10, 2, early), (20, 1, early), (10, 1, early)]
    answers = await asyncio.gather(
        *(gathered.same(ANY, limit, {"place": place, "now": now}) for limit, place, now in given)
    )

    assert asked == [
        (10, {"place": 1, "now": late}),
        (10, {"place": 2, "now": early}),
        (20, {"place": 1, "now": early}),
    ]
    assert answers == [[place] for _, place, _ in given]
    assert len(set(map(id, answers))) == len(answers)


async def test_nobody_waits_for_what_others_read() -> None:
    table = Table()
    table.goes_on.clear()
    first = table.ask("a")
    await turns()
    second = table.ask("b")
    await turns()

    assert table.reads == [["a"], ["b"]]
    table.goes_on.set()
    assert [await first, await second] == [[("a", "row of a")], [("b", "row of b")]]


@pytest.mark.parametrize("asked_by_then", [0, 6], ids=["before the statement", "during it"])
@pytest.mark.parametrize("leaves", [0, 1, 2])
async def test_whoever_leaves_takes_nothing_from_the_others(leaves: int, asked_by_then: int) -> None:
    table = Table()
    table.goes_on.clear()
    tasks = [table.ask(key) for key in "abc"]
    await turns(1 + asked_by_then)

    tasks[leaves].cancel()
    await turns()
    table.goes_on.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(answers[leaves], asyncio.CancelledError)
    assert [answers[each] for each in range(3) if each != leaves] == [
        [(key, f"row of {key}")] for index, key in enumerate("abc") if index != leaves
    ]
    assert await table.ask("d") == [("d", "row of d")]


async def test_what_is_read_for_others_goes_on_though_whoever_asked_first_has_left() -> None:
    table = Table()
    table.goes_on.clear()
    tasks = [table.ask(key) for key in "abc"]
    await turns()

    tasks[0].cancel()
    await turns()
    table.goes_on.set()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert table.reads == [["a", "b", "c"]]


@pytest.mark.parametrize("asked_by_then", [1, 2, 6])
async def test_what_nobody_waits_for_any_more_is_broken_off(asked_by_then: int) -> None:
    table = Table()
    table.goes_on.clear()
    tasks = [table.ask(key) for key in "ab"]
    await turns(asked_by_then)

    for task in tasks:
        task.cancel()
    late = table.ask("c")
    await turns()
    table.goes_on.set()
    answers = await asyncio.gather(*tasks, late, return_exceptions=True)

    assert [type(answer) for answer in answers[:2]] == [asyncio.CancelledError] * 2
    assert answers[2] == [("c", "row of c")]
    assert table.reads[-1] == ["c"]
    assert table.ended == 1


@pytest.mark.parametrize("at_fault", [0, 1, 2])
async def test_a_fault_is_theirs_whose_keys_make_it(at_fault: int) -> None:
    table = Table()
    keys = ["a", "b"]
    keys.insert(at_fault, "fault")

    answers = await asyncio.gather(*map(table.ask, keys), return_exceptions=True)

    assert isinstance(answers.pop(at_fault), ZeroDivisionError)
    assert answers == [[("a", "row of a")], [("b", "row of b")]]


async def test_a_database_that_is_away_is_asked_once() -> None:
    table = Table()
    table.is_away = True

    answers = await asyncio.gather(*map(table.ask, "abc"), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Unavailable] * 3
    assert len(set(map(id, answers))) == 3
    assert table.reads == [["a", "b", "c"]]


@pytest.mark.parametrize("asked_by_then", [1, 2, 6])
async def test_nobody_waits_for_a_read_that_is_stopped_with_its_process(asked_by_then: int) -> None:
    table = Table()
    table.goes_on.clear()
    first = table.ask("a")
    await turns(asked_by_then)
    for task in asyncio.all_tasks():
        if task.get_name() == "a read for all who ask":
            task.cancel()
    second = table.ask("b")

    async with asyncio.timeout(10):
        await turns()
        table.goes_on.set()
        answers = await asyncio.gather(first, second, return_exceptions=True)

    assert isinstance(answers[0], asyncio.CancelledError)
    assert isinstance(answers[1], asyncio.CancelledError) or answers[1] == [("b", "row of b")]
    assert await table.ask("c") == [("c", "row of c")]


@pytest.mark.parametrize("key", ["a", "none", "fault"])
async def test_reads_leave_no_garbage_in_circles(key: str) -> None:
    table = Table()
    await asyncio.gather(table.ask(key), table.ask("b"), return_exceptions=True)
    gc.collect()
    gc.disable()
    try:
        for _ in range(50):
            await asyncio.gather(table.ask(key), table.ask("b"), return_exceptions=True)
        await turns()
        assert gc.collect() < 50
    finally:
        gc.enable()


async def mentor_keys(database: Database, number: int) -> list[Key]:
    return await rows.mentors(database, [{"user_id": user} for user in await rows.users(database, number)])


async def test_whoever_asks_at_once_is_answered_as_alone(database: Database) -> None:
    chance = Random(8)
    known = [*await mentor_keys(database, 6), new_key(), NOBODY]
    alone: dict[Key, MentorRow] = {}
    for key in known:
        alone |= await mentors.by_keys(database.reader, [key])

    for _ in range(60):
        asked = [chance.choices(known, k=chance.randrange(2 * FEW)) for _ in range(chance.randrange(1, 9))]
        answers = await asyncio.gather(*(mentors.by_keys(database.reader, keys) for keys in asked))
        assert answers == [{key: alone[key] for key in keys if key in alone} for keys in asked]


@asynccontextmanager
async def overheard(url: str) -> AsyncIterator[tuple[PostgreSQL, list[str]]]:
    """A database with one connection, and what it is asked."""
    database = await PostgreSQL.open(url, pool_size=1)
    try:
        connection = await database._connections.lend()
        asked: list[str] = []
        connection.add_query_logger(lambda record: asked.append(record.query))
        database._connections.take_back(connection)
        yield database, asked
    finally:
        await database.close()


async def test_postgresql_is_asked_once_for_what_is_asked_at_once(postgresql_url: str) -> None:
    async with overheard(postgresql_url) as (database, asked):
        keys = await mentor_keys(database, 5)

        found = await asyncio.gather(*(mentors.cards_by_keys(database.reader, [key]) for key in keys))

        assert [list(each) for each in found] == [[key] for key in keys]
        assert len([sql for sql in asked if "FROM mentors" in sql]) == 1


async def test_dashboards_that_ask_at_once_share_what_they_show(postgresql_url: str) -> None:
    async with overheard(postgresql_url) as (database, asked):
        page = activity.listing(of_some_kinds=False, with_actors=True)
        now = datetime.now(UTC)

        await asyncio.gather(
            *(figures.all_figures(database.reader, now=now + timedelta(seconds=each)) for each in range(5)),
            *(page.cut(database.reader, Window(10)) for _ in range(5)),
            page.cut(database.reader, Window(20)),
        )

        assert len(asked) == 3
