"""Every action, on a booking in every status, by everybody: what comes of it through the API, on each database."""

from datetime import timedelta
from itertools import product
from typing import Any, Final

import pytest

from mentorhub.resolvers import overdue
from mentorhub.resolvers.desk import Viewer
from tests import given
from tests.api import Api
from tests.bookings.scene import FIRST, MUTATIONS, Scene, a_scene, slot_id
from tests.feedback.words import LEAVE
from tests.rules.test_bookings import written

REPORT: Final = """
mutation ($input: ReportBookingInput!) {
  reportBooking(input: $input) { incident { id } userErrors { code ... on StateError { currentStatus viewerCan } } }
}
"""
ACTIONS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "CONFIRM": (MUTATIONS["confirmBooking"], {}),
    "DECLINE": (MUTATIONS["declineBooking"], {"reason": "No time"}),
    "CANCEL": (MUTATIONS["cancelBooking"], {"reason": "Something came up"}),
    "RESCHEDULE": (MUTATIONS["rescheduleBooking"], {}),
    "SET_MEETING_URL": (MUTATIONS["setMeetingUrl"], {"meetingUrl": "https://meet.example/room"}),
    "COMPLETE": (MUTATIONS["completeBooking"], {}),
    "LEAVE_FEEDBACK": (LEAVE, {"rating": 5, "comment": "Very clear, thank you."}),
    "REPORT": (REPORT, {"kind": "OTHER", "details": "The link was broken"}),
}
ACTORS: Final = ("MENTEE", "MENTOR", "ADMIN", "OTHER_MENTEE", "OTHER_MENTOR", "NOBODY")
CHANGED: Final = {"PENDING", "CONFIRMED", "COMPLETED", "DECLINED", "CANCELLED"}
STRANGERS: Final = {"OTHER_MENTEE": "NOT_FOUND", "OTHER_MENTOR": "NOT_FOUND", "NOBODY": "UNAUTHENTICATED"}


async def a_booking(api: Api, status: str) -> tuple[Scene, str]:
    """A new booking in *status*, three days ahead, with a mentor and a mentee of its own: in nobody's way."""
    scene = await a_scene(api, slots=2)
    booking = await scene.request()
    match status:
        case "CONFIRMED":
            await scene.do("confirmBooking", scene.mentor, bookingId=booking)
        case "DECLINED":
            await scene.do("declineBooking", scene.mentor, bookingId=booking)
        case "CANCELLED":
            await scene.do("cancelBooking", scene.mentee, bookingId=booking)
    return scene, booking


def expected(status: str, action: str, actor: str, hour: str) -> str:
    if actor in STRANGERS:
        return STRANGERS[actor]
    return written(status, action, actor, hour)


async def came(scene: Scene, action: str, actor: str, booking: str) -> str:
    """The status afterwards, or the code of the refusal."""
    viewer: Viewer | None = {
        "MENTEE": scene.mentee,
        "MENTOR": scene.mentor,
        "ADMIN": scene.admin,
        "OTHER_MENTEE": scene.other_mentee,
        "OTHER_MENTOR": scene.other_mentor,
        "NOBODY": None,
    }[actor]
    mutation, more = ACTIONS[action]
    asked = more | {"bookingId": booking}
    if action == "RESCHEDULE":
        asked["slotId"] = slot_id(scene.slots[1])
    answer = await scene.api.ask(mutation, viewer, input=asked)
    if answer.errors:
        [code] = answer.codes
        return code
    [payload] = answer.data.values()
    if not payload["userErrors"]:
        return str((await scene.look(booking))["status"])
    [error] = payload["userErrors"]
    if error["code"] == "WRONG_STATE":
        seen = await scene.look(booking, viewer)
        assert (error["currentStatus"], error["viewerCan"]) == (seen["status"], seen["viewerCan"])
    return str(error["code"])


@pytest.mark.parametrize("status", ["PENDING", "CONFIRMED", "DECLINED", "CANCELLED", "EXPIRED"])
async def test_before_the_start(api: Api, status: str) -> None:
    start, hour = api.clock.instant, "long before"

    scene, booking = await a_booking(api, status)
    for action, actor in product(ACTIONS, ACTORS):
        if status == "EXPIRED":
            # Two days on, one before the start: nobody has answered, and the clock has not come by.
            api.clock.instant = start + timedelta(hours=48)
        wanted = expected(status, action, actor, hour)

        assert await came(scene, action, actor, booking) == wanted, (action, actor)

        if wanted in CHANGED:
            api.clock.instant = start
            scene, booking = await a_booking(api, status)


async def test_what_the_clock_has_expired_is_as_what_it_has_not_come_by(api: Api) -> None:
    scene, booking = await a_booking(api, "PENDING")
    api.clock.instant += timedelta(hours=48)
    before = [await came(scene, action, actor, booking) for action, actor in product(ACTIONS, ACTORS)]

    assert await overdue.expire_overdue(api.house.doors) == 1

    after = [await came(scene, action, actor, booking) for action, actor in product(ACTIONS, ACTORS)]
    assert after == before


@pytest.mark.parametrize("status", ["CONFIRMED", "COMPLETED", "CANCELLED"])
async def test_from_the_start_on(api: Api, status: str) -> None:
    start = api.clock.instant

    async def begun() -> tuple[Scene, str]:
        api.clock.instant = start
        scene, booking = await a_booking(api, "CONFIRMED" if status == "COMPLETED" else status)
        api.clock.instant = FIRST
        if status == "COMPLETED":
            await scene.do("completeBooking", scene.mentor, bookingId=booking)
        return scene, booking

    scene, booking = await begun()
    for action, actor in product(ACTIONS, ACTORS):
        wanted = expected(status, action, actor, "start")

        assert await came(scene, action, actor, booking) == wanted, (action, actor)

        if wanted in CHANGED:
            scene, booking = await begun()


async def test_who_has_left_feedback_is_not_told_to_leave_some(api: Api) -> None:
    scene = await a_scene(api, slots=2)
    booking = await scene.completed()
    await scene.api.do(
        LEAVE, scene.mentee, input={"bookingId": booking, "rating": 5, "comment": "Very clear."}
    )

    for action in ("CANCEL", "RESCHEDULE"):
        # What can be done instead is compared with what the booking itself says.
        assert await came(scene, action, "MENTEE", booking) == "WRONG_STATE"
    assert (await scene.look(booking, scene.mentee))["viewerCan"] == ["REPORT"]


async def test_an_administrator_who_is_a_party_acts_as_that_party(api: Api) -> None:
    scene = await a_scene(api, slots=2)
    admin = await given.admin(api)
    booking = await scene.request(viewer=admin)

    can = (await scene.look(booking, admin))["viewerCan"]
    codes = await scene.refused("confirmBooking", admin, bookingId=booking)
    cancelled = await scene.do("cancelBooking", admin, bookingId=booking)

    assert can == ["CANCEL", "RESCHEDULE", "REPORT"]
    assert codes == ["FORBIDDEN"]
    assert cancelled["reason"] is None
