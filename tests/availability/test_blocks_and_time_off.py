"""What mentors offer: blocks and time off as they come and go, and the slots that follow them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mentorhub.resolvers import requests
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.keys import Key
from mentorhub.rules.mentors import Terms
from mentorhub.rules.vocabulary import Weekday
from mentorhub.schema.nodes import id_of, key_of
from tests import given
from tests.api import Api

BLOCK = """
  availability { __typename id startTime endTime
    ... on WeeklyAvailability { weekday validFrom validUntil } ... on DateAvailability { date } }
  mentor { slots(first: 500) { id startsAt } } userErrors { code field }
"""
ADD_WEEKLY = (
    f"mutation($input: AddWeeklyAvailabilityInput!) {{ addWeeklyAvailability(input: $input) {{ {BLOCK} }} }}"
)
ADD_DATED = (
    f"mutation($input: AddDateAvailabilityInput!) {{ addDateAvailability(input: $input) {{ {BLOCK} }} }}"
)
REMOVE = """
mutation($id: ID!) { removeAvailability(input: {availabilityId: $id}) {
  removedAvailabilityId mentor { slots(first: 500) { id startsAt } } userErrors { code field } } }
"""
ADD_TIME_OFF = """
mutation($input: AddTimeOffInput!) { addTimeOff(input: $input) {
  timeOff { id startsAt endsAt note } affectedBookings { id status startsAt } userErrors { code field } } }
"""
REMOVE_TIME_OFF = """
mutation($id: ID!) { removeTimeOff(input: {timeOffId: $id}) { removedTimeOffId userErrors { code field } } }
"""
SLOTS = """
query($id: ID!) { mentor(id: $id) {
  slots(first: 500) { id startsAt status } nextSlot { id } availabilityStatus } }
"""
HOURLY: Terms = {"session_minutes": 60, "minimum_notice_hours": 0, "horizon_days": 14}


async def slots(api: Api, mentor: Viewer) -> dict[str, str]:
    """The open slots of *mentor*: their ids by when they start."""
    found = await api.ask(SLOTS, id=id_of("Mentor", _key(mentor)))
    return {slot["startsAt"]: slot["id"] for slot in found["mentor"]["slots"]}


def _key(mentor: Viewer) -> Key:
    assert mentor.mentor_id is not None
    return mentor.mentor_id


async def request(api: Api, slot_id: str) -> Viewer:
    mentee = await given.user(api, name="Bo Mentee")
    await requests.request(api.context(mentee).desk, slot_id=key_of("Slot", slot_id), topic="How to begin")
    return mentee


async def test_a_weekly_block_opens_its_slots_in_each_week_to_the_horizon(api: Api) -> None:
    mentor = await given.mentor(api, terms=HOURLY)

    added = await api.do(
        ADD_WEEKLY, mentor, input={"weekday": "WEDNESDAY", "startTime": "22:00", "endTime": "24:00"}
    )

    assert added["availability"] == {
        "__typename": "WeeklyAvailability",
        "id": added["availability"]["id"],
        "startTime": "22:00",
        "endTime": "24:00",
        "weekday": "WEDNESDAY",
        "validFrom": "2026-03-02",
        "validUntil": None,
    }
    assert [slot["startsAt"] for slot in added["mentor"]["slots"]] == [
        "2026-03-04T22:00:00Z", "2026-03-04T23:00:00Z", "2026-03-11T22:00:00Z", "2026-03-11T23:00:00Z",
    ]  # fmt: skip


async def test_a_block_is_valid_on_the_days_given_both_included(api: Api) -> None:
    mentor = await given.mentor(api, terms=HOURLY)

    added = await api.do(
        ADD_WEEKLY,
        mentor,
        input={
            "weekday": "WEDNESDAY",
            "startTime": "09:00",
            "endTime": "10:00",
            "validFrom": "2026-03-11",
            "validUntil": "2026-03-11",
        },
    )

    assert [slot["startsAt"] for slot in added["mentor"]["slots"]] == ["2026-03-11T09:00:00Z"]


async def test_a_block_of_one_date_opens_its_slots_there(api: Api) -> None:
    mentor = await given.mentor(api, terms=HOURLY, timezone="Asia/Kathmandu")

    added = await api.do(
        ADD_DATED, mentor, input={"date": "2026-03-05", "startTime": "10:00", "endTime": "11:59"}
    )

    assert added["availability"]["__typename"] == "DateAvailability"
    assert added["availability"]["date"] == "2026-03-05"
    assert [slot["startsAt"] for slot in added["mentor"]["slots"]] == ["2026-03-05T04:15:00Z"]


@pytest.mark.parametrize(
    ("mutation", "input_", "faults"),
    [
        (ADD_WEEKLY, {"startTime": "10:00", "endTime": "10:14"}, ["endTime"]),
        (ADD_WEEKLY, {"startTime": "10:00", "endTime": "09:00"}, ["endTime"]),
        (ADD_WEEKLY, {"startTime": "24:00", "endTime": "24:00"}, ["startTime"]),
        (ADD_WEEKLY, {"startTime": "22:30", "endTime": "01:30"}, ["endTime"]),
        (ADD_WEEKLY, {"startTime": "10:00", "endTime": "11:00", "validFrom": "2026-03-01"}, ["validFrom"]),
        (ADD_WEEKLY, {"startTime": "10:00", "endTime": "11:00", "validUntil": "2026-03-01"}, ["validUntil"]),
        (
            ADD_WEEKLY,
            {"startTime": "10:00", "endTime": "10:00", "validFrom": "2026-02-02", "validUntil": "2026-02-01"},
            ["endTime", "validFrom", "validUntil"],
        ),
        (ADD_DATED, {"date": "2026-03-01", "startTime": "10:00", "endTime": "11:00"}, ["date"]),
        (ADD_DATED, {"date": "2026-03-01", "startTime": "11:00", "endTime": "10:00"}, ["endTime", "date"]),
    ],
)
async def test_what_is_no_block_is_refused_with_all_its_faults(
    api: Api, mutation: str, input_: dict[str, str], faults: list[str]
) -> None:
    mentor = await given.mentor(api)
    weekday = {} if mutation == ADD_DATED else {"weekday": "MONDAY"}

    answer = await api.ask(mutation, mentor, input=weekday | input_)

    [payload] = answer.data.values()
    assert payload["userErrors"] == [{"code": "INVALID", "field": [field]} for field in faults]


async def test_today_is_the_mentors_own(api: Api) -> None:
    api.clock.instant = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    ahead = await given.mentor(api, timezone="Pacific/Kiritimati")
    behind = await given.mentor(api, timezone="Pacific/Pago_Pago")
    block = {"startTime": "10:00", "endTime": "11:00"}

    assert await api.refused(ADD_DATED, ahead, input=block | {"date": "2026-03-02"}) == ["INVALID"]
    assert await api.refused(ADD_DATED, ahead, input=block | {"date": "2026-03-03"}) == []
    assert await api.refused(ADD_DATED, behind, input=block | {"date": "2026-02-28"}) == ["INVALID"]
    assert await api.refused(ADD_DATED, behind, input=block | {"date": "2026-03-01"}) == []


async def test_blocks_that_meet_on_any_date_are_refused_whatever_the_horizon(api: Api) -> None:
    mentor = await given.mentor(api, terms=HOURLY)
    weekly = {"weekday": "WEDNESDAY", "startTime": "10:00", "endTime": "12:00"}
    await api.do(ADD_WEEKLY, mentor, input=weekly)

    async def refused(mutation: str, **input_: str) -> list[str]:
        return await api.refused(mutation, mentor, input=input_)

    far = "2031-03-05"  # a Wednesday
    assert await refused(ADD_DATED, date=far, startTime="11:59", endTime="13:00") == ["OVERLAP"]
    assert await refused(ADD_DATED, date=far, startTime="12:00", endTime="13:00") == []
    assert await refused(ADD_DATED, date="2031-03-06", startTime="10:00", endTime="12:00") == []
    assert await refused(ADD_WEEKLY, weekday="WEDNESDAY", startTime="11:00", endTime="13:00") == ["OVERLAP"]
    assert await refused(ADD_WEEKLY, weekday="WEDNESDAY", startTime="12:00", endTime="13:00") == ["OVERLAP"]


async def test_a_removed_block_takes_its_slots_with_it_and_brings_them_back_as_they_were(api: Api) -> None:
    mentor = await given.mentor(api, terms=HOURLY)
    block = {"weekday": "WEDNESDAY", "startTime": "10:00", "endTime": "12:00"}
    added = await api.do(ADD_WEEKLY, mentor, input=block)

    removed = await api.do(REMOVE, mentor, id=added["availability"]["id"])
    again = await api.do(ADD_WEEKLY, mentor, input=block)

    assert removed["removedAvailabilityId"] == added["availability"]["id"]
    assert removed["mentor"]["slots"] == []
    assert again["mentor"]["slots"] == added["mentor"]["slots"] != []


async def test_only_what_changed_changes(api: Api) -> None:
    mentor = await given.mentor(api, terms=HOURLY, weekly=[(Weekday.WEDNESDAY, 600, 720)])
    before = await slots(api, mentor)

    added = await api.do(
        ADD_WEEKLY, mentor, input={"weekday": "THURSDAY", "startTime": "10:00", "endTime": "11:00"}
    )

    after = {slot["startsAt"]: slot["id"] for slot in added["mentor"]["slots"]}
    assert before.items() < after.items()


async def test_nobody_removes_the_block_of_another(api: Api) -> None:
    mentor, other = await given.mentor(api), await given.mentor(api)
    block = {"weekday": "WEDNESDAY", "startTime": "10:00", "endTime": "12:00"}
    added = await api.do(ADD_WEEKLY, mentor, input=block)
    block_id = added["availability"]["id"]

    assert await api.refused(REMOVE, other, id=block_id) == ["NOT_FOUND"]
    assert await api.refused(REMOVE, await given.user(api), id=block_id) == ["FORBIDDEN"]
    assert await api.refused(REMOVE, mentor, id="nonsense") == ["NOT_FOUND"]
    assert await api.refused(REMOVE, mentor, id=block_id.replace("weekly", "date")) == ["NOT_FOUND"]
    assert await api.refused(REMOVE, mentor, id=block_id) == []
    assert await api.refused(REMOVE, mentor, id=block_id) == ["NOT_FOUND"]


async def test_blocks_and_time_off_are_nodes_of_their_owner(api: Api) -> None:
    mentor = await given.mentor(api)
    weekly = {"weekday": "WEDNESDAY", "startTime": "10:00", "endTime": "12:00"}
    dated = {"date": "2026-03-05", "startTime": "10:00", "endTime": "12:00"}
    away = {"startsAt": "2026-03-05T00:00:00Z", "endsAt": "2026-03-06T00:00:00Z"}
    ids = [
        (await api.do(ADD_WEEKLY, mentor, input=weekly))["availability"]["id"],
        (await api.do(ADD_DATED, mentor, input=dated))["availability"]["id"],
        (await api.do(ADD_TIME_OFF, mentor, input=away))["timeOff"]["id"],
    ]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"

    async def seen(viewer: Viewer | None) -> list[Any]:
        nodes: list[Any] = (await api.ask(query, viewer, ids=ids))["nodes"]
        return nodes

    names = ["WeeklyAvailability", "DateAvailability", "TimeOff"]
    everything = [{"__typename": name, "id": id_} for name, id_ in zip(names, ids, strict=True)]
    assert await seen(mentor) == await seen(await given.admin(api)) == everything
    assert await seen(await given.mentor(api)) == await seen(None) == [None, None, None]


async def test_time_off_closes_open_slots_and_lists_the_bookings_that_stand(api: Api) -> None:
    mentor = await given.mentor(api, terms=HOURLY, weekly=[(Weekday.WEDNESDAY, 600, 840)])
    before = await slots(api, mentor)
    await request(api, before["2026-03-04T11:00:00Z"])

    added = await api.do(
        ADD_TIME_OFF,
        mentor,
        input={"startsAt": "2026-03-04T11:30:00Z", "endsAt": "2026-03-04T13:00:00Z", "note": " Dentist "},
    )
    during = await slots(api, mentor)
    await api.do(REMOVE_TIME_OFF, mentor, id=added["timeOff"]["id"])
    after = await slots(api, mentor)

    assert added["timeOff"] | {"id": ""} == {
        "id": "",
        "startsAt": "2026-03-04T11:30:00Z",
        "endsAt": "2026-03-04T13:00:00Z",
        "note": "Dentist",
    }
    assert [(each["status"], each["startsAt"]) for each in added["affectedBookings"]] == [
        ("PENDING", "2026-03-04T11:00:00Z")
    ]
    open_before = {start: key for start, key in before.items() if start != "2026-03-04T11:00:00Z"}
    assert during == {start: key for start, key in open_before.items() if start != "2026-03-04T12:00:00Z"}
    assert after == open_before


async def test_time_off_must_end_after_its_start_and_after_now(api: Api) -> None:
    mentor, other = await given.mentor(api), await given.mentor(api)
    times = [
        {"startsAt": "2026-03-05T00:00:00Z", "endsAt": "2026-03-05T00:00:00Z"},
        {"startsAt": "2026-03-05T00:00:00Z", "endsAt": "2026-03-04T00:00:00Z"},
        {"startsAt": "2026-03-01T00:00:00Z", "endsAt": "2026-03-02T09:00:00Z"},
    ]
    kept = await api.do(
        ADD_TIME_OFF, mentor, input={"startsAt": "2026-03-01T00:00:00Z", "endsAt": "2026-03-02T09:00:01Z"}
    )

    for time in times:
        assert await api.refused(ADD_TIME_OFF, mentor, input=time) == ["INVALID"]
    assert await api.refused(REMOVE_TIME_OFF, other, id=kept["timeOff"]["id"]) == ["NOT_FOUND"]
    assert await api.refused(REMOVE_TIME_OFF, other, id="nonsense") == ["NOT_FOUND"]


async def test_away_open_and_fully_booked_are_told_apart(api: Api) -> None:
    mentor = await given.mentor(api, terms=HOURLY, weekly=[(Weekday.WEDNESDAY, 600, 660)])
    away = {"startsAt": "2026-03-02T08:00:00Z", "endsAt": "2026-03-02T10:00:00Z"}
    id_ = id_of("Mentor", _key(mentor))

    async def status() -> str:
        return str((await api.ask(SLOTS, id=id_))["mentor"]["availabilityStatus"])

    assert await status() == "OPEN"
    await api.do(ADD_TIME_OFF, mentor, input=away)
    assert await status() == "AWAY"
    api.clock.forward(hours=1)
    assert await status() == "OPEN"
    for slot_id in (await slots(api, mentor)).values():
        await request(api, slot_id)
    assert await status() == "FULLY_BOOKED"


async def test_a_slot_with_a_booking_stands_when_its_block_goes_and_nothing_over_it_is_offered(
    api: Api,
) -> None:
    mentor = await given.mentor(api, terms=HOURLY, weekly=[(Weekday.WEDNESDAY, 600, 720)])
    before = await slots(api, mentor)
    taken = before["2026-03-04T10:00:00Z"]
    await request(api, taken)
    [block] = (await api.ask("{ viewer { mentor { availability { id } } } }", mentor))["viewer"]["mentor"][
        "availability"
    ]
    status = "query($id: ID!) { node(id: $id) { ... on Slot { status startsAt } } }"

    removed = await api.do(REMOVE, mentor, id=block["id"])
    without = await api.ask(status, id=taken)
    moved = await api.do(
        ADD_WEEKLY, mentor, input={"weekday": "WEDNESDAY", "startTime": "09:30", "endTime": "12:30"}
    )

    assert removed["mentor"]["slots"] == []
    assert without["node"] == {"status": "HELD", "startsAt": "2026-03-04T10:00:00Z"}
    in_first_week = [
        slot["startsAt"][11:16] for slot in moved["mentor"]["slots"] if "03-04" in slot["startsAt"]
    ]
    assert in_first_week == ["11:30"]
    # Nobody answers: at once, and before the clock has come by, its time is offered again.
    api.clock.forward(hours=49)
    assert (await api.ask(status, id=taken))["node"]["status"] == "CLOSED"


async def test_the_time_of_a_request_that_expired_is_offered_at_once(api: Api) -> None:
    mentor = await given.mentor(api, terms=HOURLY, weekly=[(Weekday.SATURDAY, 600, 660)])
    before = await slots(api, mentor)
    taken = before["2026-03-07T10:00:00Z"]
    await request(api, taken)

    held = await slots(api, mentor)
    api.clock.forward(hours=48)
    expired = await slots(api, mentor)
    await request(api, taken)
    again = await slots(api, mentor)

    assert "2026-03-07T10:00:00Z" not in held
    assert expired["2026-03-07T10:00:00Z"] == taken
    assert "2026-03-07T10:00:00Z" not in again
