"""What is old goes from the log, and nobody misses it: cursors, history, audit log, and readers who are late."""

from datetime import timedelta
from operator import methodcaller
from typing import Any

import pytest
from sqlalchemy import bindparam, delete

from mentorhub.db import facts
from mentorhub.db.database import Violated
from mentorhub.db.facts import BEGINNING
from mentorhub.db.keys import new_key
from mentorhub.db.statements import change
from mentorhub.db.tables.facts import facts as table
from mentorhub.resolvers import following, retention
from mentorhub.rules.facts import PASSING, ActivityKind, Fact, FactKind, QuietKind
from mentorhub.rules.refusals import CursorInvalid
from tests import rows
from tests.api import MONDAY, Api
from tests.bookings.scene import Scene
from tests.live.service import Live

DAYS = timedelta(days=30)
FEED = "subscription ($after: String) { activityFeed(after: $after) { kind } }"
TOLD = """query ($booking: ID!) {
  booking(id: $booking) { history { status } }
  admin {
    activity(first: 100) { nodes { kind } }
    auditLog(first: 100) { nodes { kind } }
  }
}"""


async def kinds(api: Api) -> list[str]:
    tail = await facts.after(api.house.doors.database.reader, BEGINNING, limit=1000)
    return [row.kind for row in tail.facts]


async def tell(api: Api, *kinds: FactKind) -> None:
    subject = ("Slot", new_key())
    desk = api.context().desk

    async def do(work: Any) -> None:
        work.tell(*(Fact(kind, subject) for kind in kinds))

    await desk.do(do)


async def cursor(api: Api) -> str:
    return await following.end(api.context().desk)


async def is_good(api: Api, at: str) -> bool:
    try:
        await following.place_of(api.context().desk, at)
    except CursorInvalid:
        return False
    return True


async def test_history_feed_audit_log_and_figures_keep_all_that_they_are_made_of(scene: Scene) -> None:
    api = scene.api
    booking = await scene.confirmed()
    await scene.do("setMeetingUrl", scene.mentor, bookingId=booking, meetingUrl="https://meet.example/1")
    await scene.do("cancelBooking", scene.admin, bookingId=booking, reason="The rules")
    await api.run_jobs()
    before = (await api.ask(TOLD, scene.admin, booking=booking)).data
    assert set(await kinds(api)) & PASSING

    api.clock.instant += DAYS * 2
    await tell(api, ActivityKind.USER_JOINED)
    await api.run_jobs()

    after = (await api.ask(TOLD, scene.admin, booking=booking)).data
    after["admin"]["activity"]["nodes"].remove({"kind": "USER_JOINED"})
    assert after == before
    assert len(before["booking"]["history"]) == 3
    assert before["admin"]["auditLog"]["nodes"]
    assert not set(await kinds(api)) & PASSING


async def test_a_cursor_is_good_for_as_long_as_facts_are_kept_and_not_a_moment_longer(api: Api) -> None:
    await tell(api, QuietKind.SLOTS_CHANGED)
    fact = following.cursor_of(api.context().desk, (await last(api)))
    end = await cursor(api)
    await tell(api, QuietKind.SLOTS_CHANGED, ActivityKind.USER_JOINED)

    api.clock.instant += DAYS
    await api.run_jobs()
    on_the_edge = [await is_good(api, each) for each in (fact, end)]
    left = await kinds(api)
    api.clock.instant += timedelta.resolution
    past_it = [await is_good(api, each) for each in (fact, end)]

    assert on_the_edge == [True, True]
    assert left.count("SLOTS_CHANGED") == 2
    assert past_it == [False, False]


async def last(api: Api) -> Any:
    return (await facts.after(api.house.doors.database.reader, BEGINNING, limit=1000)).facts[-1]


async def test_the_end_of_a_log_of_which_all_is_old_is_a_good_cursor(api: Api) -> None:
    await tell(api, *[QuietKind.SLOTS_CHANGED] * 5)
    api.clock.instant += DAYS * 2
    await api.run_jobs()

    end = await cursor(api)
    again = await is_good(api, end)
    await tell(api, *[QuietKind.SLOTS_CHANGED] * 2)
    api.clock.forward(days=29)
    await api.run_jobs()

    assert again
    assert await is_good(api, end)
    assert (await kinds(api)).count("SLOTS_CHANGED") == 2


async def test_what_stands_behind_something_younger_waits_for_it(api: Api) -> None:
    young = api.clock.instant
    await tell(api, QuietKind.SLOTS_CHANGED)
    fact = following.cursor_of(api.context().desk, await last(api))
    api.clock.forward(hours=-2)
    await tell(api, QuietKind.SLOTS_CHANGED, ActivityKind.USER_JOINED)

    api.clock.instant = young + DAYS
    await api.run_jobs()

    assert await is_good(api, fact)
    assert (await kinds(api)).count("SLOTS_CHANGED") == 2


async def test_a_cursor_of_before_what_was_forgotten_is_refused_though_the_clock_went_back(api: Api) -> None:
    await tell(api, ActivityKind.USER_JOINED)
    fact = following.cursor_of(api.context().desk, await last(api))
    await tell(api, QuietKind.SLOTS_CHANGED, QuietKind.SLOTS_CHANGED, ActivityKind.USER_JOINED)
    assert await is_good(api, fact)

    api.clock.instant += DAYS * 2
    await api.run_jobs()
    api.clock.instant = MONDAY

    assert "SLOTS_CHANGED" not in await kinds(api)
    assert not await is_good(api, fact)


async def test_nothing_goes_that_a_reader_of_the_log_has_not_come_to(api: Api) -> None:
    await tell(api, *[QuietKind.SLOTS_CHANGED] * 3)
    api.clock.instant += DAYS * 2

    assert await retention.forget_some(api.house.doors) == 0
    await api.run_jobs()

    assert (await kinds(api)).count("SLOTS_CHANGED") == 1


async def test_the_database_lets_nothing_go_that_has_to_stay(scene: Scene) -> None:
    await scene.confirmed()
    await tell(scene.api, QuietKind.MEETING_URL_SET, QuietKind.FEEDBACK_REPLIED)
    database = scene.api.house.doors.database
    every = change(delete(table).where(table.c.kind == bindparam("kind")))
    tail = await facts.after(database.reader, BEGINNING, limit=1000)

    for kind in {row.kind for row in tail.facts} - PASSING:
        with pytest.raises(Violated) as refused:
            await database.write(methodcaller("run", every, kind=kind))
        assert refused.value.constraint == "ck_facts_never_deleted"

    assert await kinds(scene.api) == [row.kind for row in tail.facts]


async def test_it_goes_some_at_a_time_and_by_one_process_at_once(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_SOME", 3)
    await tell(api, *[QuietKind.SLOTS_CHANGED] * 10, ActivityKind.USER_JOINED)
    await api.run_jobs()
    api.clock.instant += DAYS * 2

    first = await retention.forget_some(api.house.doors)
    left = len(await kinds(api))
    await api.run_jobs()

    assert (first, left) == (3, 11 - 3)
    assert await kinds(api) == ["USER_JOINED"]


async def test_a_subscriber_on_the_edge_hears_all_and_one_past_it_is_refused(live: Live) -> None:
    mentor = await rows.mentor(live.house.doors.database)
    keeper = await live.admin()
    fact = Fact(QuietKind.SLOTS_CHANGED, ("Mentor", mentor), mentor_id=mentor)
    await live.tell(Fact(ActivityKind.USER_JOINED, ("User", keeper.key)))
    after = await following.end(live.desk())
    await live.tell(*[Fact(ActivityKind.USER_JOINED, ("User", keeper.key))] * 3, fact)

    live.clock.instant += DAYS
    await live.run_jobs()
    async with live.ear(keeper, FEED, after=after) as ear:
        heard = [(await ear.hear())["kind"] for _ in range(3)]
    live.clock.instant += timedelta.resolution
    refused = [await live.refusal(keeper, FEED, after=after)]
    live.clock.instant += DAYS
    await live.run_jobs()
    refused.append(await live.refusal(await live.admin(), FEED, after=after))

    assert heard == ["USER_JOINED"] * 3
    assert refused == ["CURSOR_INVALID"] * 2
