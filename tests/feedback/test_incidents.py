"""Reporting a booking: who may, what comes of it, and who sees it."""

from datetime import timedelta
from typing import Any, Final

from tests.bookings.scene import FIRST, Scene

REPORT: Final = """
mutation ($input: ReportBookingInput!) {
  reportBooking(input: $input) {
    incident {
      id kind status details resolution reportedAt resolvedAt
      booking { id } reporter { id } subject { id } notes { body }
    }
    userErrors { code field ... on StateError { currentStatus } }
  }
}
"""
LOOK: Final = "query ($id: ID!) { node(id: $id) { ... on Incident { id } } }"


def saying(booking: str, details: str = "Nobody came.") -> dict[str, Any]:
    return {"bookingId": booking, "kind": "NO_SHOW", "details": details}


async def test_either_party_reports_the_other(scene: Scene) -> None:
    booking = await scene.confirmed()
    mentee, mentor = [await scene.user_id(who) for who in (scene.mentee, scene.mentor)]

    told = [
        (await scene.api.do(REPORT, who, input=saying(booking)))["incident"]
        for who in (scene.mentee, scene.mentor)
    ]

    assert [(each["reporter"]["id"], each["subject"]["id"]) for each in told] == [
        (mentee, mentor),
        (mentor, mentee),
    ]
    assert {(each["kind"], each["status"], each["booking"]["id"]) for each in told} == {
        ("NO_SHOW", "OPEN", booking)
    }
    assert [each["notes"] for each in told] == [[], []]


async def test_it_can_be_reported_from_the_request_to_thirty_days_after_the_end(scene: Scene) -> None:
    booking = await scene.request()
    await scene.do("declineBooking", scene.mentor, bookingId=booking)
    end = FIRST + timedelta(hours=1)

    codes = []
    for instant in (scene.api.clock.instant, end + timedelta(days=30), end + timedelta(days=30, seconds=1)):
        scene.api.clock.instant = instant
        codes.append(await scene.api.refused(REPORT, scene.mentee, input=saying(booking)))

    assert codes == [[], [], ["WRONG_STATE"]]


async def test_an_incident_is_seen_by_its_reporter_and_administrators(scene: Scene) -> None:
    booking = await scene.request()
    incident = (await scene.api.do(REPORT, scene.mentee, input=saying(booking)))["incident"]["id"]

    seen = {
        name: (await scene.api.ask(LOOK, viewer, id=incident))["node"]
        for name, viewer in (
            ("reporter", scene.mentee),
            ("admin", scene.admin),
            ("subject", scene.mentor),
            ("other", scene.other_mentee),
            ("nobody", None),
        )
    }

    whole = {"id": incident}
    assert seen == {"reporter": whole, "admin": whole, "subject": None, "other": None, "nobody": None}


async def test_a_report_says_what_happened(scene: Scene) -> None:
    booking = await scene.request()

    for details in ("", " \u200b", "d" * 2001):
        codes = await scene.api.refused(REPORT, scene.mentee, input=saying(booking, details))
        assert codes == ["INVALID"]
