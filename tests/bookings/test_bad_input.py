"""Forged, stale and malformed input: each gets its own code, and changes nothing."""

from typing import Any, Final

import pytest

from mentorhub.db.keys import new_key
from tests.api import Api
from tests.bookings.scene import MUTATIONS, Scene, a_scene, slot_id

INVISIBLE: Final = {
    "white space": " \t\n ",
    "zero width": "\u200b\u200d\u2060\ufeff",
    "control characters": "\x00\x07\x1b",
    "braille blank": "\u2800" * 9,
    "hangul filler": "\u3164" * 9,
    "bidirectional marks": "\u202e\u202c\u200e",
}
URLS: Final = {
    "user info": "https://somebody:secret@meet.example/room",
    "a user alone": "https://somebody@meet.example/room",
    "another scheme": "http://meet.example/room",
    "3,000 characters": "https://meet.example/" + "r" * 3000,
}
WITH_ID: Final[dict[str, dict[str, Any]]] = {
    "confirmBooking": {},
    "declineBooking": {"reason": "No time"},
    "cancelBooking": {"reason": "No time any more"},
    "rescheduleBooking": {"slotId": "slot_nothing"},
    "setMeetingUrl": {"meetingUrl": "https://meet.example/room"},
    "completeBooking": {},
    "setMentorNotes": {"notes": "A note"},
}


@pytest.mark.parametrize("text", INVISIBLE.values(), ids=INVISIBLE)
async def test_a_text_that_nobody_can_see_is_refused(scene: Scene, text: str) -> None:
    booking = await scene.confirmed()
    asked = {"bookingId": booking}
    move = asked | {"slotId": slot_id(scene.slots[1]), "reason": text}
    request = {"slotId": slot_id(scene.slots[1]), "topic": text}

    codes = [
        await scene.refused("cancelBooking", scene.mentor, **asked, reason=text),
        await scene.refused("cancelBooking", scene.mentee, **asked, reason=text),
        await scene.refused("cancelBooking", scene.admin, **asked, reason=text),
        await scene.refused("rescheduleBooking", scene.mentee, **move),
        await scene.refused("setMentorNotes", scene.mentor, **asked, notes=text),
        await scene.refused("requestBooking", scene.other_mentee, **request),
    ]

    assert codes == [["INVALID"]] * 6
    assert (await scene.look(booking))["status"] == "CONFIRMED"


async def test_a_mentor_who_calls_off_a_session_says_why_in_five_visible_characters(scene: Scene) -> None:
    booking = await scene.confirmed()

    codes = {
        reason: await scene.refused("cancelBooking", scene.mentor, bookingId=booking, reason=reason)
        for reason in (None, "", "ill", "i\u200bl\u200bl\u200b", "i l l  ", "illness")
    }

    assert codes == {
        None: ["REQUIRED"],
        "": ["REQUIRED"],
        "ill": ["INVALID"],
        "i\u200bl\u200bl\u200b": ["INVALID"],
        "i l l  ": ["INVALID"],
        "illness": [],
    }


async def test_an_administrator_gives_a_reason_and_a_mentee_may(scene: Scene) -> None:
    one = await scene.confirmed(scene.slots[0])
    other = await scene.request(scene.slots[1])

    assert await scene.refused("cancelBooking", scene.admin, bookingId=one) == ["REQUIRED"]
    assert await scene.refused("cancelBooking", scene.admin, bookingId=one, reason="Spam") == []
    assert await scene.refused("cancelBooking", scene.mentee, bookingId=other) == []


@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
async def test_an_address_that_nobody_should_follow_is_refused(scene: Scene, url: str) -> None:
    booking = await scene.request()

    pending = await scene.refused("confirmBooking", scene.mentor, bookingId=booking, meetingUrl=url)
    await scene.do("confirmBooking", scene.mentor, bookingId=booking)
    confirmed = await scene.refused("setMeetingUrl", scene.mentor, bookingId=booking, meetingUrl=url)

    assert (pending, confirmed) == (["INVALID"], ["INVALID"])


@pytest.mark.parametrize("url", ["javascript:alert(1)", "meet.example/room", "https://", "", "https://a b/c"])
async def test_what_is_no_address_is_no_url(scene: Scene, url: str) -> None:
    booking = await scene.confirmed()

    codes = await scene.refused("setMeetingUrl", scene.mentor, bookingId=booking, meetingUrl=url)

    assert codes == ["BAD_USER_INPUT"]


async def test_ids_of_other_types_of_strangers_and_of_nothing_are_not_found_alike(scene: Scene) -> None:
    strange = await scene.request(viewer=scene.other_mentee)
    ids = [
        strange,
        f"booking_{new_key()}",
        strange.replace("booking", "slot"),
        strange.upper(),
        f" {strange}",
        slot_id(scene.slots[0]),
        "booking_",
        "",
        "\U0001f600" * 100,
    ]

    answers = [
        (name, await scene.api.ask(MUTATIONS[name], scene.mentee, input={"bookingId": each, **more}))
        for name, more in WITH_ID.items()
        for each in ids
    ]

    told = {
        (error["code"], error["message"], tuple(error["field"]))
        for name, answer in answers
        for error in answer[name]["userErrors"]
    }
    assert len(told) == 1
    assert {code for code, *_ in told} == {"NOT_FOUND"}
    assert all(len(answer[name]["userErrors"]) == 1 for name, answer in answers)


async def test_a_stale_move_is_told_what_it_came_upon(scene: Scene) -> None:
    booking = await scene.request()
    await scene.do("cancelBooking", scene.mentee, bookingId=booking)

    [error] = await scene.errors("confirmBooking", scene.mentor, bookingId=booking)

    assert error["__typename"] == "StateError"
    assert (error["code"], error["currentStatus"], error["viewerCan"]) == (
        "WRONG_STATE",
        "CANCELLED",
        ["REPORT"],
    )


async def test_what_is_refused_leaves_no_trace(api: Api) -> None:
    scene = await a_scene(api)
    booking = await scene.confirmed()
    before = await scene.look(booking)

    await scene.refused("confirmBooking", scene.mentor, bookingId=booking)
    await scene.refused("setMeetingUrl", scene.mentor, bookingId=booking, meetingUrl="http://a.example")
    await scene.refused("completeBooking", scene.mentor, bookingId=booking)
    await scene.refused("cancelBooking", scene.mentor, bookingId=booking, reason="x")

    assert await scene.look(booking) == before
