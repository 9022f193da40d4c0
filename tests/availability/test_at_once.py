"""Several things at once with one mentor: one order or another, never a torn state."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from sqlalchemy import bindparam, select

from mentorhub.db.statements import Statement
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.types import KeyColumn
from mentorhub.resolvers import availability, profiles, requests, time_off
from mentorhub.resolvers.desk import Viewer, Work
from mentorhub.resolvers.rebuilding import rebuild
from mentorhub.rules.blocks import WeeklyBlock
from mentorhub.rules.keys import Key
from mentorhub.rules.mentors import Terms
from mentorhub.rules.refusals import Refusal, Refusals
from mentorhub.rules.vocabulary import SlotStatus, Weekday
from mentorhub.rules.zones import today, zone
from mentorhub.schema.nodes import id_of
from tests import given
from tests.api import Api

HOURLY: Terms = {"session_minutes": 60, "minimum_notice_hours": 0, "horizon_days": 14}
ROUNDS = 6


class Kept(NamedTuple):
    id: Key
    starts_at: datetime
    ends_at: datetime
    status: SlotStatus
    offered_from: datetime
    offered_until: datetime
    terms: int


class Held(NamedTuple):
    slot_id: Key
    status: str


_MENTOR = bindparam("mentor", type_=KeyColumn())
KEPT = Statement(
    select(*(slots.c[name] for name in Kept._fields))
    .where(slots.c.mentor_id == _MENTOR)
    .order_by(slots.c.starts_at),
    Kept,
)
HELD = Statement(select(bookings.c.slot_id, bookings.c.status).where(bookings.c.mentor_id == _MENTOR), Held)


async def kept(api: Api, mentor: Viewer) -> list[Kept]:
    return await api.house.doors.database.reader.all(KEPT, mentor=mentor.mentor_id)


async def is_whole(api: Api, mentor: Viewer) -> None:
    """What is stored is what would be stored again, and no two slots that stand overlap."""
    before = await kept(api, mentor)

    async def again(work: Work) -> None:
        assert mentor.mentor_id is not None
        await rebuild(work, mentor.mentor_id)

    await api.context(mentor).do(again)
    assert await kept(api, mentor) == before
    standing = [row for row in before if row.status is not SlotStatus.CLOSED]
    for row, after in pairwise(standing):
        assert row.ends_at <= after.starts_at


async def outcome(awaited: Awaitable[Any]) -> str:
    try:
        await awaited
    except Refusals as several:
        return several.refusals[0].code
    except Refusal as refusal:
        return refusal.code
    return "DONE"


@pytest.mark.parametrize("_", range(ROUNDS))
async def test_two_edits_of_one_mentor_at_once_are_one_after_the_other(api: Api, _: int) -> None:
    mentor = await given.mentor(api, terms=HOURLY)
    wednesday = {"weekday": Weekday.WEDNESDAY, "start_minute": 600, "end_minute": 720}
    over_it = {"weekday": Weekday.WEDNESDAY, "start_minute": 660, "end_minute": 780}
    desk = api.context(mentor).desk

    outcomes = await asyncio.gather(
        outcome(desk.do(availability.add_weekly, **wednesday)),  # type: ignore[arg-type]  # a block
        outcome(desk.do(availability.add_weekly, **over_it)),  # type: ignore[arg-type]  # a block
        outcome(desk.do(profiles.set_terms, given={"session_minutes": 30})),
    )

    assert sorted(outcomes) == ["DONE", "DONE", "OVERLAP"]
    rows = [row for row in await kept(api, mentor) if row.status is SlotStatus.OPEN]
    assert {row.ends_at - row.starts_at for row in rows} == {rows[0].ends_at - rows[0].starts_at}
    assert (rows[0].ends_at - rows[0].starts_at).seconds == 30 * 60
    await is_whole(api, mentor)


@pytest.mark.parametrize("_", range(ROUNDS))
async def test_edits_and_requests_at_once_never_tear(api: Api, _: int) -> None:
    mentor = await given.mentor(api, terms=HOURLY, weekly=[(Weekday.WEDNESDAY, 600, 840)])
    mentees = [await given.user(api, name=f"Mentee {number}") for number in range(6)]
    day = today(zone("UTC"), now=api.clock.now())
    open_ = [row for row in await kept(api, mentor) if row.status is SlotStatus.OPEN][:3]
    moved = WeeklyBlock(Weekday.WEDNESDAY.number, 630, 870, day)
    starts_at, ends_at = open_[2].starts_at, open_[2].ends_at

    outcomes = await asyncio.gather(
        *(
            outcome(
                requests.request(api.context(mentee).desk, slot_id=open_[number % 3].id, topic="How to begin")
            )
            for number, mentee in enumerate(mentees)
        ),
        outcome(api.context(mentor).do(availability.replace_week, blocks=[moved])),
        outcome(api.context(mentor).do(time_off.add, starts_at=starts_at, ends_at=ends_at)),
        outcome(api.context(mentor).do(profiles.set_terms, given={"buffer_minutes": 30})),
    )

    asked, edits = outcomes[:6], outcomes[6:]
    assert edits == ["DONE", "DONE", "DONE"]
    assert set(asked) <= {"DONE", "SLOT_TAKEN", "SLOT_UNAVAILABLE"}
    held = await api.house.doors.database.reader.all(HELD, mentor=mentor.mentor_id)
    assert len({row.slot_id for row in held}) == len(held) == asked.count("DONE")
    await is_whole(api, mentor)
    await _listed_is_bookable(api, mentor)


async def _listed_is_bookable(api: Api, mentor: Viewer) -> None:
    query = """
    query($id: ID!, $at: DateTime!) { mentor(id: $id) {
      slots(first: 500) { startsAt } availabilityAt(startsAt: $at) { isBookable reasons } } }
    """
    for row in await kept(api, mentor):
        at = row.starts_at.isoformat()
        found = (await api.ask(query, id=id_of("Mentor", mentor.mentor_id or row.id), at=at))["mentor"]
        listed = at.replace("+00:00", "Z") in {slot["startsAt"] for slot in found["slots"]}
        assert listed == found["availabilityAt"]["isBookable"], (at, found["availabilityAt"])


async def test_requests_at_once_for_one_slot_get_one_and_alternatives_for_the_rest(api: Api) -> None:
    mentor = await given.mentor(api, terms=HOURLY, weekly=[(Weekday.WEDNESDAY, 600, 840)])
    mentees = [await given.user(api, name=f"Mentee {number}") for number in range(12)]
    first, *others = [row for row in await kept(api, mentor) if row.status is SlotStatus.OPEN]
    request = """
    mutation($slot: ID!) { requestBooking(input: {slotId: $slot, topic: "How to begin"}) {
      booking { status } userErrors { code ... on SlotError { alternatives { id startsAt } } } } }
    """

    answers = await asyncio.gather(
        *(api.ask(request, mentee, slot=id_of("Slot", first.id)) for mentee in mentees)
    )

    payloads = [answer["requestBooking"] for answer in answers]
    assert sum(payload["booking"] is not None for payload in payloads) == 1
    refused = [error for payload in payloads for error in payload["userErrors"]]
    assert {error["code"] for error in refused} == {"SLOT_TAKEN"}
    nearest = [id_of("Slot", row.id) for row in others[:3]]
    assert all([each["id"] for each in error["alternatives"]] == nearest for error in refused)
