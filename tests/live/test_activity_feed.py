"""The activity feed over real sockets and streams: each fact once, in order, and to administrators alone."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from mentorhub.db.statements import change
from mentorhub.db.tables.accounts import access_tokens, sessions, users
from mentorhub.rules.facts import ActivityKind, Fact, QuietKind
from mentorhub.rules.keys import Key
from mentorhub.rules.secrets import ACCESS_TOKEN_PREFIX, hashed, new_secret
from mentorhub.rules.vocabulary import AccessScope, Role, UserStatus
from tests import rows
from tests.live.service import Live, Person
from tests.web.serving import eventually

FEED = """
subscription Feed($kinds: [ActivityKind!], $after: String) {
  activityFeed(kinds: $kinds, after: $after) { id cursor kind summary actor { name } occurredAt }
}
"""
HEALTH = "{ admin { systemHealth { eventDelivery { status latencyMilliseconds backlog } } } }"
RECEIVED = "subscription { notificationReceived { id } }"
ACTIVITY = """
query ($kinds: [ActivityKind!], $first: Int, $after: String) {
  admin { activity(kinds: $kinds, first: $first, after: $after) {
    edges { cursor node { id cursor kind subject { __typename } } } pageInfo { hasNextPage }
  } }
}
"""


def joined(person: Person) -> Fact:
    return Fact(ActivityKind.USER_JOINED, ("User", person.key), actor_id=person.key)


async def test_an_administrator_hears_what_happens_once_and_in_order(live: Live) -> None:
    admin = await live.admin()
    people = [await live.person(name=f"Person {number}") for number in range(5)]

    async with live.ear(admin, FEED) as ear:
        for person in people:
            await live.tell(joined(person))
        heard = [await ear.hear() for _ in people]
        assert await ear.is_silent()

    assert [each["actor"]["name"] for each in heard] == [f"Person {number}" for number in range(5)]
    assert [each["summary"] for each in heard] == [f"Person {number} joined." for number in range(5)]
    assert {each["kind"] for each in heard} == {"USER_JOINED"}


async def test_a_cursor_gives_what_came_after_it_and_then_what_comes(live: Live) -> None:
    admin, person = await live.admin(), await live.person()
    async with live.ear(admin, FEED) as ear:
        for _ in range(5):
            await live.tell(joined(person))
        heard = [await ear.hear() for _ in range(5)]

    async with live.ear(admin, FEED, after=heard[1]["cursor"]) as ear:
        await live.tell(joined(person))
        again = [await ear.hear() for _ in range(4)]
        assert await ear.is_silent()

    assert again[:3] == heard[2:]
    assert again[3]["id"] not in {each["id"] for each in heard}


async def test_facts_that_only_some_may_know_are_no_activity(live: Live) -> None:
    admin, person = await live.admin(), await live.person()

    async with live.ear(admin, FEED, kinds=["USER_WARNED"]) as ear:
        await live.tell(Fact(QuietKind.SECURITY_CHANGED, ("User", person.key)), joined(person))
        await live.tell(Fact(ActivityKind.USER_WARNED, ("User", person.key), actor_id=admin.key))
        heard = await ear.hear()

    assert heard["kind"] == "USER_WARNED"
    assert heard["summary"] == "Ada Root warned Noor Adeyemi."


async def test_others_are_refused(live: Live) -> None:
    person = await live.person()

    refused = [await live.refusal(None, FEED), await live.refusal(person, FEED)]

    assert refused == ["UNAUTHENTICATED", "FORBIDDEN"]
    assert live.house.log.listeners == 0


@pytest.mark.parametrize("cursor", ["", "x", "Zm9v", "é" * 5, "A" * 5000])
async def test_a_cursor_that_is_none_is_refused(live: Live, cursor: str) -> None:
    admin = await live.admin()

    assert await live.refusal(admin, FEED, after=cursor) == "CURSOR_INVALID"


async def test_a_cursor_is_good_for_thirty_days(live: Live) -> None:
    admin, person = await live.admin(), await live.person()
    async with live.ear(admin, FEED) as ear:
        await live.tell(joined(person))
        cursor = (await ear.hear())["cursor"]

    live.clock.forward(days=30)
    async with live.ear(admin, FEED, after=cursor):
        pass
    live.clock.forward(seconds=1)

    assert await live.refusal(admin, FEED, after=cursor) == "CURSOR_INVALID"


async def test_the_list_gives_ten_newest_first_and_its_cursors_are_the_feeds(live: Live) -> None:
    admin, person = await live.admin(), await live.person()
    for _ in range(12):
        await live.tell(joined(person))

    first = (await live.ask(admin, ACTIVITY))["data"]["admin"]["activity"]
    after = first["edges"][-1]["cursor"]
    rest = (await live.ask(admin, ACTIVITY, after=after, kinds=["USER_JOINED"]))["data"]["admin"]["activity"]
    async with live.ear(admin, FEED, after=first["edges"][1]["cursor"]) as ear:
        heard = await ear.hear()
        assert await ear.is_silent()

    assert len(first["edges"]) == 10
    assert first["pageInfo"]["hasNextPage"]
    assert all(edge["cursor"] == edge["node"]["cursor"] for edge in first["edges"])
    assert len(rest["edges"]) == 2
    assert heard["id"] == first["edges"][0]["node"]["id"]


async def test_an_event_stream_goes_on_after_the_last_event_it_has_seen(live: Live) -> None:
    admin, person = await live.admin(), await live.person()
    for _ in range(4):
        await live.tell(joined(person))
    listed = (await live.ask(admin, ACTIVITY))["data"]["admin"]["activity"]["edges"]
    cursors = [edge["cursor"] for edge in reversed(listed)]

    async with aclosing(live.events(admin, FEED, last_event_id=cursors[1], after=cursors[0])) as events:
        seen = [await anext(events) for _ in range(2)]

    assert [identity for identity, _ in seen] == cursors[2:]
    assert [payload["data"]["activityFeed"]["cursor"] for _, payload in seen] == cursors[2:]


SUSPEND = change(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(status=bindparam("status_"), role=bindparam("role_"))
)
END = change(
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"))
    .values(expires_at=bindparam("expires_at_"))
)


@pytest.mark.parametrize("loss", ["suspended", "demoted", "signed out"])
async def test_who_loses_the_right_hears_nothing_more_and_is_closed(live: Live, loss: str) -> None:
    admin, person = await live.admin(), await live.person()
    status = UserStatus.SUSPENDED if loss == "suspended" else UserStatus.ACTIVE
    role = Role.MEMBER if loss == "demoted" else Role.ADMIN
    ends = live.clock.now() + timedelta(days=-1 if loss == "signed out" else 1)

    async with live.ear(admin, FEED) as ear:
        database = live.house.doors.database
        await database.write(
            lambda transaction: transaction.run(SUSPEND, user_id=admin.key, status_=status, role_=role)
        )
        await database.write(
            lambda transaction: transaction.run(END, session_id=admin.session, expires_at_=ends)
        )
        await live.tell(joined(person))
        async with asyncio.timeout(2):
            code, _ = await ear.talk.closed()

    assert code == 4403
    await eventually(lambda: live.house.log.listeners == 0)


async def test_who_listens_with_an_access_token_is_closed_when_it_ends(live: Live) -> None:
    admin, person, token = await live.admin(), await live.person(), new_secret(ACCESS_TOKEN_PREFIX)
    row = {"user_id": admin.key, "name": "A script", "scopes": list(AccessScope), "token_hash": hashed(token)}
    ends = live.clock.now() + timedelta(hours=1)
    await rows.add(
        live.house.doors.database,
        access_tokens,
        row | {"created_at": live.clock.now(), "last_used_at": None, "expires_at": ends},
    )

    async with live.ear(replace(admin, token=token), FEED) as ear:
        await live.tell(joined(person))
        first = await ear.hear()
        live.clock.instant = ends
        await live.tell(joined(person))
        async with asyncio.timeout(2):
            code, _ = await ear.talk.closed()

    assert first["kind"] == "USER_JOINED"
    assert code == 4403


async def test_an_event_is_asked_about_once_and_only_for_whom_it_goes_to(live: Live) -> None:
    admins = [await live.admin() for _ in range(3)]
    person, other = await live.person(), await live.person()
    asked: list[set[Key]] = []
    look = live.house.following.standing._look

    async def noted(keys: Sequence[Key]) -> None:
        asked.append(set(keys))
        await look(keys)

    async with AsyncExitStack() as stack:
        for each in admins:
            await stack.enter_async_context(live.ear(each, FEED, kinds=["USER_WARNED"]))
        ears = [await stack.enter_async_context(live.ear(each, FEED)) for each in admins[:2]]
        silent = await stack.enter_async_context(live.ear(other, RECEIVED))
        live.service.graphql.doors.watch._every = 60.0
        live.service.graphql.doors.watch.look_now()
        await live.tell(joined(person))
        for ear in ears:
            await ear.hear()
        live.house.following.standing._look = noted  # type: ignore[method-assign]  # to see it from outside
        await live.tell(joined(person))
        for ear in ears:
            await ear.hear()
        assert await silent.is_silent()

    assert asked == [{each.session for each in admins[:2]}]


async def test_a_log_that_is_not_read_shows_in_health_and_in_the_figures(live: Live) -> None:
    admin, person = await live.admin(), await live.person()
    log, is_held, may_read = live.house.log, asyncio.Event(), asyncio.Event()
    read = log._read

    async def later(place: object, limit: int) -> Any:
        is_held.set()
        await may_read.wait()
        return await read(place, limit)

    log._read, log._poll = later, 0.0
    log.ring()
    await is_held.wait()
    await live.tell(joined(person))
    log._caught_up_at -= 7
    ill = (await live.ask(admin, HEALTH))["data"]["admin"]["systemHealth"]["eventDelivery"]
    figures = (await live.http.get("/metrics")).text
    may_read.set()
    end = await log.end()
    await eventually(lambda: log.place == end and log.lag_seconds < 1)
    well = (await live.ask(admin, HEALTH))["data"]["admin"]["systemHealth"]["eventDelivery"]

    assert (ill["status"], ill["backlog"]) == ("DEGRADED", 1)
    assert ill["latencyMilliseconds"] >= 7000
    [line] = [line for line in figures.splitlines() if line.startswith("mentorhub_log_lag_seconds ")]
    assert float(line.split()[1]) >= 7
    assert (well["status"], well["backlog"]) == ("OK", 0)


async def test_an_event_stream_whose_reader_loses_the_right_ends_with_one_error(live: Live) -> None:
    admin, person = await live.admin(), await live.person()
    await live.tell(joined(person))
    cursor = (await live.ask(admin, "{ admin { activity { nodes { cursor } } } }"))["data"]["admin"][
        "activity"
    ]
    after = cursor["nodes"][0]["cursor"]

    told = []
    async with asyncio.timeout(4):
        async with aclosing(live.events(admin, FEED, after=after)) as events:
            await live.tell(joined(person))
            told.append(await anext(events))
            await live.house.doors.database.write(
                lambda transaction: transaction.run(
                    END, session_id=admin.session, expires_at_=live.clock.now()
                )
            )
            await live.tell(joined(person))
            told += [each async for each in events]

    assert len(told) == 2
    assert told[1][1]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_what_is_the_same_for_all_is_executed_once(live: Live) -> None:
    admins = [await live.admin() for _ in range(3)]
    person = await live.person()
    counts = live.service.graphql.doors.engine.counts

    async with AsyncExitStack() as stack:
        ears = [await stack.enter_async_context(live.ear(admins[number % 3], FEED)) for number in range(30)]
        before = counts.compiled + counts.stock
        await live.tell(joined(person))
        heard = [await ear.hear() for ear in ears]

    assert heard == [heard[0]] * 30
    assert counts.compiled + counts.stock - before == 1


async def test_a_fact_that_nobody_waits_for_costs_one_read(live: Live) -> None:
    person = await live.person()
    reads: list[int] = []
    read = live.house.log._read

    async def counted(place: object, limit: int) -> Any:
        tail = await read(place, limit)
        reads.append(len(tail.facts))
        return tail

    live.house.log._read = counted
    # What is being read already is not counted.
    await live.tell(joined(person))
    before = await live.house.log.end()
    await eventually(lambda: bool(live.house.log.place == before))
    reads.clear()
    await live.tell(joined(person))

    await eventually(lambda: sum(reads) == 1)
    assert [read for read in reads if read] == [1]
