"""The life of a booking, as its parties see it."""

from datetime import timedelta

import pytest

from mentorhub.db import facts
from mentorhub.db.facts import FactRow
from tests.api import Api
from tests.bookings.scene import FIRST, Scene, a_scene, slot_id

ROOM = "https://meet.example/room"


async def test_a_request_holds_the_slot_until_the_mentor_answers(scene: Scene) -> None:
    booking = await scene.look(await scene.request())

    assert booking["status"] == "PENDING"
    assert booking["slot"]["status"] == "HELD"
    assert booking["respondBy"] == "2026-03-04T09:00:00Z"
    assert [event["status"] for event in booking["history"]] == ["PENDING"]


async def test_a_request_for_soon_expires_at_the_start(api: Api) -> None:
    scene = await a_scene(api, minimum_notice_hours=0)
    scene.api.clock.instant = FIRST - timedelta(hours=5)

    booking = await scene.look(await scene.request())

    assert booking["respondBy"] == booking["startsAt"]


async def test_a_confirmed_booking_has_its_slot_and_a_room(scene: Scene) -> None:
    booking = await scene.look(await scene.confirmed(meetingUrl=ROOM), scene.mentee)

    assert (booking["status"], booking["slot"]["status"]) == ("CONFIRMED", "BOOKED")
    assert booking["meetingUrl"] == ROOM
    assert booking["respondBy"] is None


async def test_the_mentors_usual_room_is_given_unless_the_confirmation_brings_its_own(api: Api) -> None:
    scene = await a_scene(api, default_meeting_url="https://meet.example/usual")

    usual = await scene.look(await scene.confirmed())
    own = await scene.look(await scene.confirmed(scene.slots[1], scene.other_mentee, meetingUrl=ROOM))

    assert (usual["meetingUrl"], own["meetingUrl"]) == ("https://meet.example/usual", ROOM)


@pytest.mark.parametrize("reason", ["No time that week", None])
async def test_a_declined_request_frees_its_slot_and_says_why(scene: Scene, reason: str | None) -> None:
    booking = await scene.request()

    declined = await scene.do("declineBooking", scene.mentor, bookingId=booking, reason=reason)

    assert (declined["status"], declined["reason"]) == ("DECLINED", reason)
    assert declined["endedBy"]["id"] == await scene.user_id(scene.mentor)
    assert declined["slot"] == {"id": slot_id(scene.slots[0]), "status": "OPEN"}


async def test_a_cancelled_slot_can_be_asked_for_again_at_once_under_its_id(scene: Scene) -> None:
    booking = await scene.confirmed()

    await scene.do("cancelBooking", scene.mentee, bookingId=booking)
    again = await scene.request(viewer=scene.other_mentee)

    assert (await scene.look(booking))["status"] == "CANCELLED"
    assert (await scene.look(again))["slot"]["id"] == slot_id(scene.slots[0])


async def test_the_slots_of_the_past_stay_booked(scene: Scene) -> None:
    booking = await scene.look(await scene.completed())

    assert (booking["status"], booking["slot"]["status"]) == ("COMPLETED", "BOOKED")


async def test_the_room_is_shown_while_confirmed_and_when_completed_and_to_both(scene: Scene) -> None:
    booking = await scene.confirmed(meetingUrl=ROOM)
    seen = [
        (await scene.look(booking, who))["meetingUrl"] for who in (scene.mentee, scene.mentor, scene.admin)
    ]

    moved = await scene.do(
        "rescheduleBooking", scene.mentee, bookingId=booking, slotId=slot_id(scene.slots[3])
    )
    again = await scene.do("confirmBooking", scene.mentor, bookingId=booking)
    scene.api.clock.instant = FIRST + timedelta(hours=3)
    done = await scene.do("completeBooking", scene.mentor, bookingId=booking)

    assert seen == [ROOM] * 3
    assert (moved["meetingUrl"], again["meetingUrl"], done["meetingUrl"]) == (None, ROOM, ROOM)


async def test_a_room_can_be_set_and_changed_until_the_end(scene: Scene) -> None:
    booking = await scene.confirmed()

    first = await scene.do("setMeetingUrl", scene.mentor, bookingId=booking, meetingUrl=ROOM)
    same = await scene.do("setMeetingUrl", scene.mentor, bookingId=booking, meetingUrl=ROOM)
    scene.api.clock.instant = FIRST + timedelta(minutes=59)
    other = await scene.do("setMeetingUrl", scene.mentor, bookingId=booking, meetingUrl=ROOM + "2")
    scene.api.clock.instant = FIRST + timedelta(minutes=60)
    late = await scene.refused("setMeetingUrl", scene.mentor, bookingId=booking, meetingUrl=ROOM)

    assert [each["meetingUrl"] for each in (first, same, other)] == [ROOM, ROOM, ROOM + "2"]
    assert late == ["WRONG_STATE"]
    facts = [row.data for row in await told(scene) if row.kind == "MEETING_URL_SET"]
    assert facts == [{"is_first": True}, {"is_first": False}]


async def test_the_mentors_notes_are_for_the_mentor_and_administrators(scene: Scene) -> None:
    booking = await scene.confirmed()

    await scene.do("setMentorNotes", scene.mentor, bookingId=booking, notes=" Wants to move into data. ")

    seen = {
        who: (await scene.look(booking, viewer))["mentorNotes"]
        for who, viewer in (("mentor", scene.mentor), ("admin", scene.admin), ("mentee", scene.mentee))
    }
    note = "Wants to move into data."
    assert seen == {"mentor": note, "admin": note, "mentee": None}
    assert await scene.refused("setMentorNotes", scene.admin, bookingId=booking, notes="x") == ["FORBIDDEN"]
    assert await scene.refused("setMentorNotes", scene.mentee, bookingId=booking, notes="x") == ["FORBIDDEN"]


async def test_notes_may_come_with_the_completion(scene: Scene) -> None:
    booking = await scene.confirmed()
    scene.api.clock.instant = FIRST

    done = await scene.do("completeBooking", scene.mentor, bookingId=booking, notes="Went well")

    assert (done["status"], (await scene.look(booking))["mentorNotes"]) == ("COMPLETED", "Went well")


async def test_the_history_tells_every_change_of_status_and_time_in_order(scene: Scene) -> None:
    booking = await scene.request()
    await scene.do("rescheduleBooking", scene.mentor, bookingId=booking, slotId=slot_id(scene.slots[1]))
    await scene.do("confirmBooking", scene.mentor, bookingId=booking)
    await scene.do(
        "rescheduleBooking", scene.mentee, bookingId=booking, slotId=slot_id(scene.slots[2]), reason="A train"
    )
    await scene.do("cancelBooking", scene.admin, bookingId=booking, reason="Asked by mail")

    history = (await scene.look(booking, scene.mentee))["history"]

    hours = [event["startsAt"][11:13] for event in history]
    assert [(event["previousStatus"], event["status"]) for event in history] == [
        (None, "PENDING"),
        ("PENDING", "PENDING"),
        ("PENDING", "CONFIRMED"),
        ("CONFIRMED", "PENDING"),
        ("PENDING", "CANCELLED"),
    ]
    assert hours == ["09", "10", "10", "11", "11"]
    assert [event["reason"] for event in history] == [None, None, None, "A train", "Asked by mail"]
    mentor, mentee, admin = [await scene.user_id(who) for who in (scene.mentor, scene.mentee, scene.admin)]
    assert [event["actor"]["id"] for event in history] == [mentee, mentor, mentor, mentee, admin]


async def test_a_slot_shows_its_booking_to_its_parties_and_administrators_alone(scene: Scene) -> None:
    booking = await scene.request()
    asked = "query ($id: ID!) { node(id: $id) { ... on Slot { status booking { id } } } }"

    seen = {
        name: (await scene.api.ask(asked, viewer, id=slot_id(scene.slots[0])))["node"]["booking"]
        for name, viewer in (
            ("mentee", scene.mentee),
            ("mentor", scene.mentor),
            ("admin", scene.admin),
            ("other", scene.other_mentee),
            ("nobody", None),
        )
    }

    whole = {"id": booking}
    assert seen == {"mentee": whole, "mentor": whole, "admin": whole, "other": None, "nobody": None}


async def told(scene: Scene) -> list[FactRow]:
    return (await facts.after(scene.api.house.doors.database.reader, facts.BEGINNING, limit=500)).facts
