"""Announcements to everybody: in steps, each user once, whoever dies on the way."""

import asyncio
from collections import Counter
from typing import NamedTuple

import pytest
from sqlalchemy import select

from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.notifications import notifications
from mentorhub.resolvers import heralding
from mentorhub.resolvers.desk import Work
from mentorhub.rules.vocabulary import Role, UserStatus
from tests.administration.test_announcements import END, posted
from tests.api import MONDAY, Api
from tests.given import admin, user
from tests.rows import add


class Row(NamedTuple):
    user_id: str
    title: str


TOLD = Statement(select(notifications.c.user_id, notifications.c.title), Row)


async def told(api: Api) -> Counter[tuple[str, str]]:
    return Counter((row.user_id, row.title) for row in await api.house.doors.database.reader.all(TOLD))


async def crowd(api: Api, count: int, *, status: UserStatus = UserStatus.ACTIVE) -> list[str]:
    person = {"name": "Somebody", "role": Role.MEMBER, "status": status, "joined_at": MONDAY}
    people = [{**person, "email": f"{status}{number}@example.com"} for number in range(count)]
    return list(await add(api.house.doors.database, users, *people))


async def finish(api: Api) -> int:
    steps = 0
    while await heralding.notify_some(api.house.doors):
        steps += 1
    return steps


async def test_everybody_is_notified_once_in_steps(api: Api) -> None:
    herald, people = await admin(api), await crowd(api, 1100)
    await crowd(api, 3, status=UserStatus.SUSPENDED)
    await posted(api, herald, "Maintenance", notifyEveryone=True)
    api.clock.forward(minutes=1)
    await user(api, name="Came Later")

    steps = await finish(api)

    assert steps == 3
    assert await told(api) == Counter((key, "Maintenance") for key in [*people, herald.user_id])


async def test_a_step_that_fails_is_done_again_and_none_twice(api: Api) -> None:
    herald, people = await admin(api), await crowd(api, 700)
    await posted(api, herald, "Maintenance", notifyEveryone=True)
    await heralding.notify_some(api.house.doors)
    halfway = len(await told(api))

    async def die_at_the_end(work: Work) -> None:
        await heralding._notify_some(work)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await api.context().desk.do(die_at_the_end)
    undone = len(await told(api))
    await finish(api)

    assert halfway == undone == 500
    assert await told(api) == Counter((key, "Maintenance") for key in [*people, herald.user_id])


async def test_two_processes_at_once_notify_nobody_twice(api: Api) -> None:
    herald, people = await admin(api), await crowd(api, 600)
    await posted(api, herald, "Maintenance", notifyEveryone=True)

    await asyncio.gather(finish(api), finish(api))

    assert await told(api) == Counter((key, "Maintenance") for key in [*people, herald.user_id])


async def test_what_is_over_or_not_for_everybody_is_told_to_nobody(api: Api) -> None:
    herald = await admin(api)
    over = await posted(api, herald, "Over", notifyEveryone=True)
    await api.do(END, herald, input={"announcementId": over})
    await posted(api, herald, "Quiet")

    await finish(api)

    assert await told(api) == Counter()
