"""Following the log: each entry once, in order, whoever is slow, cut off or writes for long."""

import asyncio
import random
from contextlib import aclosing

import pytest

from mentorhub.db.keys import new_key
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.resolvers.following import cursor_of, place_of
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import SlowConsumer
from tests.api import Api
from tests.web.serving import eventually


async def tell(api: Api, number: int, *, pause: float = 0) -> list[Key]:
    """Has so many things happen in one transaction that takes its time."""
    keys = [new_key() for _ in range(number)]

    async def do(work: Work) -> None:
        work.tell(*(Fact(ActivityKind.USER_JOINED, ("User", key)) for key in keys))
        await asyncio.sleep(pause)

    await Desk(api.house.doors, None, api.clock.now()).do(do)
    return keys


def desk(api: Api) -> Desk:
    return Desk(api.house.doors, None, api.clock.now())


async def test_who_reads_too_slowly_is_told_where_to_go_on(api: Api) -> None:
    following, log = api.house.following, api.house.log
    place = await following.start(desk(api), None)
    first_told, told = [], []
    cursor = None

    async with aclosing(following.listen(desk(api), lambda _: True, after=place)) as entries:
        first_told += await tell(api, 1)
        first = await anext(entries)
        told += await tell(api, 1200)
        end = await log.end()
        await eventually(lambda: bool(log.place == end))
        with pytest.raises(SlowConsumer) as refused:
            await anext(entries)
        cursor = refused.value.cursor

    assert first.row.subject_id == first_told[0]
    assert cursor is not None
    resumed = []
    place = await place_of(desk(api), cursor)
    async with aclosing(following.listen(desk(api), lambda _: True, after=place)) as entries:
        async for entry in entries:
            resumed.append(entry.row.subject_id)
            if entry.row.subject_id == told[-1]:
                break
    assert [*first_told, *resumed][-1200:] == told


async def test_readers_cut_at_random_miss_nothing_and_hear_nothing_twice(api: Api) -> None:
    following, chance = api.house.following, random.Random(7)
    start = await following.start(desk(api), None)
    total, last = 300, new_key()

    async def reader() -> list[Key]:
        heard: list[Key] = []
        place = start
        while True:
            cut = chance.randrange(1, 30)
            async with aclosing(following.listen(desk(api), lambda _: True, after=place)) as entries:
                async for entry in entries:
                    heard.append(entry.row.subject_id)
                    place = await place_of(desk(api), cursor_of(desk(api), entry.row))
                    cut -= 1
                    if entry.row.subject_id == last:
                        return heard
                    if cut == 0:
                        break

    async def writer(number: int) -> None:
        for _ in range(number):
            await tell(api, 1, pause=chance.choice([0, 0, 0.001, 0.01]))

    readers = [asyncio.create_task(reader()) for _ in range(10)]
    await asyncio.gather(*(writer(total // 5) for _ in range(5)))

    async def end(work: Work) -> None:
        work.tell(Fact(ActivityKind.USER_JOINED, ("User", last)))

    await desk(api).do(end)
    async with asyncio.timeout(60):
        heard = await asyncio.gather(*readers)

    assert len(set(heard[0])) == total + 1
    assert all(each == heard[0] for each in heard)
    await eventually(lambda: api.house.log.listeners == 0)
