"""Mentors' next slots are asked for by their keys, and what the slots are is remembered."""

from datetime import timedelta
from typing import Any

from mentorhub.db.known_slots import KnownSlots
from mentorhub.rules.vocabulary import SlotStatus
from tests import given, rows
from tests.api import Api
from tests.counting import counting

PAGE = "query ($first: Int) { mentors { nodes { id slots(first: $first) { id startsAt endsAt } } } }"
REQUEST = """mutation ($slot: ID!) {
  requestBooking(input: {slotId: $slot, topic: "How to begin"}) { booking { id } userErrors { code } }
}"""
CANCEL = """mutation ($id: ID!) {
  cancelBooking(input: {bookingId: $id}) { booking { id } userErrors { code } }
}"""


async def some_slots(api: Api, number: int) -> list[str]:
    """The ids of a mentor's next slots, soonest first."""
    mentor, start = await rows.mentor(api.house.doors.database), api.clock.now() + timedelta(days=1)
    # Not in the order of their keys.
    hours = sorted(range(number), key=lambda hour: (hour % 2, hour))
    keys = {
        hour: await rows.slot(
            api.house.doors.database,
            mentor,
            start + timedelta(hours=hour),
            start + timedelta(hours=hour, minutes=45),
        )
        for hour in hours
    }
    return [f"slot_{keys[hour]}" for hour in range(number)]


async def listed(api: Api, first: int) -> Any:
    [mentor] = (await api.ask(PAGE, first=first))["mentors"]["nodes"]
    return mentor["slots"]


async def test_what_was_read_once_is_not_read_again(api: Api) -> None:
    slots = await some_slots(api, 6)
    known = await listed(api, 5)

    async with counting(api) as counted:
        again = await listed(api, 5)
        fewer = await listed(api, 2)

    assert [slot["id"] for slot in known] == slots[:5]
    assert again == known
    assert fewer == known[:2]
    assert not any("slots.ends_at" in sql for sql in counted.reads)


async def test_whoever_takes_a_slot_or_gives_it_back_is_seen_at_once(api: Api) -> None:
    slots = await some_slots(api, 4)
    mentee = await given.user(api)
    before = await listed(api, 3)

    booked = await api.ask(REQUEST, mentee, slot=slots[1])
    without = await listed(api, 3)
    done = await api.ask(CANCEL, mentee, id=booked["requestBooking"]["booking"]["id"])
    assert done["cancelBooking"]["userErrors"] == []
    after = await listed(api, 3)
    api.clock.instant += timedelta(days=1, hours=1, minutes=1)
    later = await listed(api, 3)

    assert [slot["id"] for slot in before] == slots[:3]
    assert [slot["id"] for slot in without] == [slots[0], slots[2], slots[3]]
    assert after == before
    assert [slot["id"] for slot in later] == slots[2:]


async def test_no_more_is_kept_than_there_is_room_for(api: Api) -> None:
    database, now = api.house.doors.database, api.clock.now()
    mentors = [await rows.mentor(database) for _ in range(4)]
    start = now + timedelta(days=1)
    slots = {
        mentor: [
            await rows.slot(database, mentor, start + timedelta(hours=n), start + timedelta(hours=n + 1))
            for n in range(3)
        ]
        for mentor in mentors
    }
    known = KnownSlots(most_rows=7, most_lists=2)

    for asked in (*([mentor] for mentor in mentors), mentors, mentors[:2], mentors):
        found = await known.next_of(database.reader, asked, first=3, now=now)
        assert {key: [row.id for row in list_] for key, list_ in found.items()} == {
            mentor: slots[mentor] for mentor in asked
        }
        assert {row.status for list_ in found.values() for row in list_} == {SlotStatus.OPEN}

    assert len(known._lists) <= 4
    assert len(known._rows) <= 12


async def test_whoever_has_no_slots_has_an_empty_list(api: Api) -> None:
    database = api.house.doors.database
    mentor = await rows.mentor(database)

    found = await KnownSlots().next_of(database.reader, [mentor, mentor], first=3, now=api.clock.now())

    assert found == {mentor: ()}
