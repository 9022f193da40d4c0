"""Moving a booking: the new slot is taken and the old one freed, both or neither."""

import asyncio
from datetime import timedelta

from mentorhub.resolvers import overdue
from tests.api import Api
from tests.bookings.scene import FIRST, Scene, a_scene, open_slots, slot_id


async def statuses(scene: Scene) -> list[str]:
    """Those of the mentor's slots, in their order."""
    asked = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Slot { status } } }"
    answer = await scene.api.ask(asked, scene.admin, ids=[slot_id(key) for key in scene.slots])
    return [slot["status"] for slot in answer["nodes"]]


async def test_moved_by_the_mentee_it_awaits_the_mentor_anew(scene: Scene) -> None:
    booking = await scene.confirmed()
    scene.api.clock.forward(hours=10)

    moved = await scene.do(
        "rescheduleBooking", scene.mentee, bookingId=booking, slotId=slot_id(scene.slots[4])
    )

    assert (moved["id"], moved["status"]) == (booking, "PENDING")
    assert moved["respondBy"] == "2026-03-04T19:00:00Z"
    assert await statuses(scene) == ["OPEN", "OPEN", "OPEN", "OPEN", "HELD", "OPEN"]


async def test_moved_by_the_mentor_it_keeps_its_status(scene: Scene) -> None:
    confirmed = await scene.confirmed()
    pending = await scene.request(scene.slots[1], scene.other_mentee)
    scene.api.clock.forward(hours=10)

    moved = [
        await scene.do("rescheduleBooking", scene.mentor, bookingId=booking, slotId=slot_id(slot))
        for booking, slot in ((confirmed, scene.slots[4]), (pending, scene.slots[5]))
    ]

    assert [each["status"] for each in moved] == ["CONFIRMED", "PENDING"]
    assert moved[1]["respondBy"] == "2026-03-04T09:00:00Z"
    assert await statuses(scene) == ["OPEN", "OPEN", "OPEN", "OPEN", "BOOKED", "HELD"]


async def test_a_later_start_gives_the_mentor_the_hours_that_an_early_one_took(api: Api) -> None:
    scene = await a_scene(api, minimum_notice_hours=0)
    api.clock.instant = FIRST - timedelta(hours=5)
    booking = await scene.request()
    [far] = await open_slots(
        api, scene.mentor.mentor_id or scene.slots[0], 1, first=FIRST + timedelta(days=9)
    )

    moved = await scene.do("rescheduleBooking", scene.mentor, bookingId=booking, slotId=slot_id(far))

    assert moved["respondBy"] == "2026-03-07T04:00:00Z"


async def test_its_own_time_and_buffer_are_not_in_its_way(api: Api) -> None:
    scene = await a_scene(api, buffer_minutes=60)
    booking = await scene.confirmed()

    moved = await scene.do(
        "rescheduleBooking", scene.mentee, bookingId=booking, slotId=slot_id(scene.slots[1])
    )

    assert moved["startsAt"] == "2026-03-05T10:00:00Z"


async def test_where_the_new_slot_cannot_be_had_everything_stays(scene: Scene) -> None:
    booking = await scene.confirmed()
    await scene.request(scene.slots[1], scene.other_mentee)
    other = scene.other_mentor.mentor_id
    assert other
    [elsewhere] = await open_slots(scene.api, other, 1, first=FIRST + timedelta(hours=2))
    await scene.request(elsewhere)
    before = await scene.look(booking)

    codes = {
        name: await scene.refused("rescheduleBooking", scene.mentee, bookingId=booking, slotId=slot)
        for name, slot in (
            ("taken", slot_id(scene.slots[1])),
            ("at the same time as another", slot_id(scene.slots[2])),
            ("where it is", slot_id(scene.slots[0])),
            ("of another mentor", slot_id(elsewhere)),
            ("not there", "slot_nothing"),
        )
    }

    assert codes == {
        "taken": ["SLOT_TAKEN"],
        "at the same time as another": ["OVERLAP"],
        "where it is": ["INVALID"],
        "of another mentor": ["INVALID"],
        "not there": ["NOT_FOUND"],
    }
    assert await scene.look(booking) == before
    assert await statuses(scene) == ["BOOKED", "HELD", "OPEN", "OPEN", "OPEN", "OPEN"]


async def test_the_mentor_cannot_move_a_mentee_to_where_they_are_busy(scene: Scene) -> None:
    booking = await scene.confirmed()
    other = scene.other_mentor.mentor_id
    assert other
    [elsewhere] = await open_slots(scene.api, other, 1, first=FIRST + timedelta(hours=2))
    await scene.request(elsewhere)

    [error] = await scene.errors(
        "rescheduleBooking", scene.mentor, bookingId=booking, slotId=slot_id(scene.slots[2])
    )

    assert error["code"] == "OVERLAP"
    assert error["message"] == "The mentee has another booking at this time."


async def test_a_confirmed_session_moved_by_the_mentee_counts_as_one_more_request(scene: Scene) -> None:
    booking = await scene.confirmed()
    waiting = [await scene.request(slot) for slot in scene.slots[1:4]]

    move = {"bookingId": booking, "slotId": slot_id(scene.slots[5])}
    over = await scene.refused("rescheduleBooking", scene.mentee, **move)
    pending = await scene.refused(
        "rescheduleBooking", scene.mentee, bookingId=waiting[0], slotId=slot_id(scene.slots[4])
    )

    assert over == ["REQUEST_LIMIT"]
    assert pending == []


async def test_crossing_moves_take_no_slot_from_each_other(scene: Scene) -> None:
    one = await scene.confirmed(scene.slots[0], scene.mentee)
    other = await scene.confirmed(scene.slots[1], scene.other_mentee)

    codes = await asyncio.gather(
        scene.refused("rescheduleBooking", scene.mentee, bookingId=one, slotId=slot_id(scene.slots[1])),
        scene.refused(
            "rescheduleBooking", scene.other_mentee, bookingId=other, slotId=slot_id(scene.slots[0])
        ),
    )

    assert list(codes) == [["SLOT_TAKEN"]] * 2


async def test_an_answer_before_a_move_is_no_answer_to_it(scene: Scene) -> None:
    booking = await scene.confirmed()
    await scene.do("rescheduleBooking", scene.mentee, bookingId=booking, slotId=slot_id(scene.slots[1]))
    scene.api.clock.forward(hours=48)
    await overdue.expire_overdue(scene.api.house.doors)

    asked = "{ viewer { mentorDashboard { responseRate responseHours } } }"
    dashboard = (await scene.api.ask(asked, scene.mentor))["viewer"]["mentorDashboard"]

    assert (await scene.look(booking))["status"] == "EXPIRED"
    assert dashboard == {"responseRate": 0.0, "responseHours": None}
