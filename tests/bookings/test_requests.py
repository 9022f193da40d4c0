"""Asking for a slot: what is refused, with which code, and what is not in the way."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from mentorhub.db import bookings as stored
from mentorhub.db import offering
from mentorhub.db.database import Transaction, Violated
from mentorhub.db.keys import new_key
from mentorhub.db.statements import change
from mentorhub.db.tables.availability import slots as slots_table
from mentorhub.db.tables.bookings import bookings as bookings_table
from mentorhub.db.tables.mentors import mentors as mentors_table
from mentorhub.rules.vocabulary import BookingStatus
from tests import given, rows
from tests.api import MONDAY, Api
from tests.bookings.scene import FIRST, Scene, a_scene, mentor, open_slots, slot_id


def asking(slot: str, **more: Any) -> dict[str, Any]:
    return {"slotId": slot, "topic": "How to begin"} | more


async def test_of_fifty_who_ask_at_once_one_gets_the_slot(scene: Scene) -> None:
    mentees = [await given.user(scene.api) for _ in range(50)]
    slot = slot_id(scene.slots[2])

    answers = await asyncio.gather(
        *(scene.refused("requestBooking", mentee, **asking(slot)) for mentee in mentees)
    )

    assert sorted(answers) == [[]] + [["SLOT_TAKEN"]] * 49


async def test_a_second_booking_of_a_slot_is_refused_by_the_database_itself(scene: Scene) -> None:
    await scene.request()
    database = scene.api.house.doors.database
    [held] = await stored.active_of_mentee(database.reader, scene.mentee.user_id, now=scene.api.clock.now())

    second = {
        "mentor_id": held.mentor_id,
        "mentee_id": scene.other_mentee.user_id,
        "slot_id": held.slot_id,
        "starts_at": held.starts_at,
        "ends_at": held.ends_at,
        "status": BookingStatus.PENDING,
        "topic": "How to begin",
        "requested_at": MONDAY,
        "updated_at": MONDAY,
        "respond_by": held.respond_by,
    }

    with pytest.raises(Violated, match=r"uq_bookings_active_slot|ex_bookings_mentor_overlap"):
        await rows.add(database, bookings_table, second)


async def test_a_slot_is_not_offered_in_the_past_within_the_notice_or_beyond_the_horizon(api: Api) -> None:
    scene = await a_scene(api, slots=1, minimum_notice_hours=24, horizon_days=2)
    slot = slot_id(scene.slots[0])

    codes = {}
    for name, instant in (
        ("too far ahead", FIRST - timedelta(days=2)),
        ("in the past", FIRST + timedelta(minutes=1)),
        ("too near", FIRST - timedelta(hours=24) + timedelta(microseconds=1)),
        ("just in time", FIRST - timedelta(hours=24)),
    ):
        api.clock.instant = instant
        codes[name] = await scene.refused("requestBooking", scene.mentee, **asking(slot))

    assert codes == {
        "too far ahead": ["SLOT_UNAVAILABLE"],
        "in the past": ["SLOT_UNAVAILABLE"],
        "too near": ["SLOT_UNAVAILABLE"],
        "just in time": [],
    }


async def test_nobody_is_in_two_places_at_once(scene: Scene) -> None:
    other = scene.other_mentor.mentor_id
    assert other
    half_past = await open_slots(scene.api, other, 2, first=FIRST + timedelta(minutes=30))
    await scene.request()

    codes = [
        await scene.refused("requestBooking", scene.mentee, **asking(slot_id(slot))) for slot in half_past
    ]

    assert codes == [["OVERLAP"], []]


async def test_mentors_cannot_book_themselves_but_others(scene: Scene) -> None:
    slot = slot_id(scene.slots[0])

    assert await scene.refused("requestBooking", scene.mentor, **asking(slot)) == ["OWN_SLOT"]
    assert await scene.refused("requestBooking", scene.other_mentor, **asking(slot)) == []


async def test_three_requests_may_wait_for_one_mentor(scene: Scene) -> None:
    first = await scene.request(scene.slots[0])
    for slot in scene.slots[1:3]:
        await scene.request(slot)

    fourth = asking(slot_id(scene.slots[3]))
    before = await scene.refused("requestBooking", scene.mentee, **fourth)
    await scene.do("confirmBooking", scene.mentor, bookingId=first)
    after = await scene.refused("requestBooking", scene.mentee, **fourth)

    assert (before, after) == (["REQUEST_LIMIT"], [])


async def test_ten_requests_may_wait_in_all(scene: Scene) -> None:
    codes = []
    for number in range(11):
        other = await mentor(scene.api)
        assert other.mentor_id
        [slot] = await open_slots(scene.api, other.mentor_id, 1, first=FIRST + timedelta(hours=number))
        codes.append(await scene.refused("requestBooking", scene.mentee, **asking(slot_id(slot))))

    assert codes == [[]] * 10 + [["REQUEST_LIMIT"]]


async def test_requests_that_have_expired_are_in_nobodys_way(scene: Scene) -> None:
    for slot in scene.slots[:3]:
        await scene.request(slot)
    scene.api.clock.forward(hours=48)

    mine = await scene.request(scene.slots[3])
    theirs = await scene.request(scene.slots[0], scene.other_mentee)

    assert [(await scene.look(each))["status"] for each in (mine, theirs)] == ["PENDING", "PENDING"]


async def test_an_expired_request_elsewhere_does_not_keep_its_mentee_busy(scene: Scene) -> None:
    other = scene.other_mentor.mentor_id
    assert other
    [same_hour] = await open_slots(scene.api, other, 1)
    expired = await scene.request()
    scene.api.clock.forward(hours=47)
    early = await scene.refused("requestBooking", scene.mentee, **asking(slot_id(same_hour)))

    scene.api.clock.forward(hours=1)
    booking = await scene.request(same_hour)

    assert early == ["OVERLAP"]
    assert (await scene.look(booking))["status"] == "PENDING"
    history = (await scene.look(expired))["history"]
    assert [(event["status"], event["actor"]) for event in history[1:]] == [("EXPIRED", None)]


async def test_within_the_buffer_of_a_booking_nothing_is_offered(api: Api) -> None:
    scene = await a_scene(api, buffer_minutes=30)
    booking = await scene.request(scene.slots[1])

    neighbours = [scene.slots[0], scene.slots[2]]
    held = [
        await scene.refused("requestBooking", scene.other_mentee, **asking(slot_id(slot)))
        for slot in neighbours
    ]
    await scene.do("cancelBooking", scene.mentee, bookingId=booking)
    freed = [await scene.refused("requestBooking", scene.other_mentee, **asking(slot_id(neighbours[0])))]

    assert (held, freed) == ([["SLOT_UNAVAILABLE"]] * 2, [[]])


async def test_who_is_not_verified_or_not_signed_in_books_nothing(scene: Scene) -> None:
    slot = slot_id(scene.slots[0])
    unverified = await given.user(scene.api, verified=False)

    assert await scene.refused("requestBooking", unverified, **asking(slot)) == ["EMAIL_UNVERIFIED"]
    assert await scene.refused("requestBooking", None, **asking(slot)) == ["UNAUTHENTICATED"]


async def test_what_is_no_slot_that_one_may_see_is_not_found(scene: Scene) -> None:
    hidden = await mentor(scene.api, is_public=False, status="PENDING")
    assert hidden.mentor_id
    [unseen] = await rows.add(
        scene.api.house.doors.database,
        slots_table,
        {
            "mentor_id": hidden.mentor_id,
            "starts_at": FIRST,
            "ends_at": FIRST + timedelta(hours=1),
            "status": "CLOSED",
            "offered_from": MONDAY,
            "offered_until": FIRST,
            "terms": 0,
        },
    )
    booking = await scene.request()

    ids = [slot_id(unseen), slot_id(new_key()), booking, f"slot_{'0' * 36}", "slot", "", "slot_" + "x" * 500]
    codes = [await scene.refused("requestBooking", scene.other_mentee, **asking(each)) for each in ids]

    assert codes == [["NOT_FOUND"]] * len(ids)


async def test_a_mentor_who_takes_no_requests_says_so(scene: Scene) -> None:
    await close(scene, accepting_requests=False)

    codes = await scene.refused("requestBooking", scene.mentee, **asking(slot_id(scene.slots[0])))

    assert codes == ["MENTOR_UNAVAILABLE"]


async def test_a_slot_that_was_withdrawn_is_unavailable(scene: Scene) -> None:
    await close(scene)

    codes = await scene.refused("requestBooking", scene.mentee, **asking(slot_id(scene.slots[0])))

    assert codes == ["SLOT_UNAVAILABLE"]


async def test_all_faults_of_an_input_are_told_at_once(scene: Scene) -> None:
    errors = await scene.errors(
        "requestBooking",
        scene.mentee,
        slotId="slot_nothing",
        topic="ab",
        description="\u200b\u200b ",
        questions="q" * 2001,
        idempotencyKey="k" * 65,
    )

    assert [(error["code"], error["field"]) for error in errors] == [
        ("INVALID", ["topic"]),
        ("INVALID", ["description"]),
        ("INVALID", ["questions"]),
        ("INVALID", ["idempotencyKey"]),
        ("NOT_FOUND", ["slotId"]),
    ]


async def test_texts_are_kept_trimmed_and_without_control_characters(scene: Scene) -> None:
    booking = await scene.request(topic="  Cafe\u0301s\tand \x07bars ", description="")

    assert (await scene.look(booking))["topic"] == "Caf\u00e9s and bars"


async def close(scene: Scene, **columns: Any) -> None:
    """Closes the mentor's slots, as what withdraws them does."""
    database = scene.api.house.doors.database
    named = bindparam("mentor", type_=mentors_table.c.id.type)

    async def act(transaction: Transaction) -> None:
        if columns:
            profile = update(mentors_table).where(mentors_table.c.id == named).values(columns)
            await transaction.run(change(profile), mentor=scene.mentor.mentor_id)
        closed = update(slots_table).where(slots_table.c.mentor_id == named).values(status="CLOSED")
        await transaction.run(change(closed), mentor=scene.mentor.mentor_id)

        await offering.set_next(transaction, [scene.mentor.mentor_id or new_key()], now=scene.api.clock.now())

    await database.write(act)
