"""The mentor's dashboard: every figure counted again, as the clock goes on."""

from datetime import datetime
from statistics import median
from typing import Any, Final

from mentorhub.db.bookings import BookingRow
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.vocabulary import BookingStatus
from tests import given
from tests.api import Api
from tests.bookings.scene import FIRST, HOUR, Scene, a_scene, slot_id
from tests.bookings.test_lists import everything
from tests.feedback.words import LEAVE

DASHBOARD: Final = """
query ($first: Int = 5) {
  viewer {
    mentorDashboard {
      totalSessions completedSessions totalMentees averageRating pendingRequests responseRate completionRate
      averageSessionMinutes responseHours upcomingSessions(first: $first) { id startsAt status }
    }
  }
}
"""
EMPTY: Final[dict[str, Any]] = {
    "totalSessions": 0,
    "completedSessions": 0,
    "totalMentees": 0,
    "averageRating": None,
    "pendingRequests": 0,
    "responseRate": None,
    "completionRate": None,
    "averageSessionMinutes": None,
    "responseHours": None,
    "upcomingSessions": [],
}


async def dashboard(api: Api, viewer: Viewer, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await api.ask(DASHBOARD, viewer, **variables))["viewer"]["mentorDashboard"]
    return found


def counted(rows: list[BookingRow], now: datetime) -> dict[str, Any]:
    completed = [row for row in rows if row.status is BookingStatus.COMPLETED]
    confirmed = [row for row in rows if row.status is BookingStatus.CONFIRMED]
    pending = [row for row in rows if row.status is BookingStatus.PENDING]
    answered = [row for row in rows if row.answered_at]
    expired = [row for row in rows if row.status is BookingStatus.EXPIRED]
    ended = [row for row in confirmed if row.ends_at <= now]
    upcoming = sorted(
        (row for row in [*pending, *confirmed] if row.starts_at > now), key=lambda row: row.starts_at
    )
    waits = [(row.answered_at - row.requested_at) / HOUR for row in answered if row.answered_at]
    return {
        "totalSessions": len(completed) + sum(row.starts_at <= now for row in confirmed),
        "completedSessions": len(completed),
        "totalMentees": len({row.mentee_id for row in completed}),
        "pendingRequests": len(pending),
        "responseRate": len(answered) / (len(answered) + len(expired)) if answered or expired else None,
        "completionRate": len(completed) / (len(completed) + len(ended)) if completed or ended else None,
        "averageSessionMinutes": 60 if completed else None,
        "responseHours": median(waits) if waits else None,
        "upcomingSessions": [f"booking_{row.id}" for row in upcoming][:5],
    }


async def test_it_is_empty_before_the_first_booking(scene: Scene) -> None:
    assert await dashboard(scene.api, scene.mentor) == EMPTY


async def test_it_is_there_for_approved_mentors_alone(scene: Scene) -> None:
    assert await dashboard(scene.api, scene.mentee) is None
    assert await dashboard(scene.api, scene.admin) is None


async def test_it_equals_a_count_of_the_rows_at_every_hour(api: Api) -> None:
    scene = await a_scene(api, slots=12, minimum_notice_hours=0)
    start = api.clock.instant
    people = [scene.mentee, scene.other_mentee, await given.user(api), await given.user(api)]
    made = [await scene.request(slot, people[number % 4]) for number, slot in enumerate(scene.slots)]
    for number, booking in enumerate(made):
        api.clock.instant = start + number * HOUR
        match number % 4:
            case 0 | 1:
                await scene.do("confirmBooking", scene.mentor, bookingId=booking)
            case 2:
                await scene.do("declineBooking", scene.mentor, bookingId=booking)
    api.clock.instant = start
    hours = [
        20 * HOUR,
        48 * HOUR,
        FIRST - start,
        FIRST - start + HOUR / 2,
        FIRST - start + 5 * HOUR,
        90 * HOUR,
    ]

    for ahead in hours:
        api.clock.instant = start + ahead
        rows = await everything(scene)
        seen = await dashboard(api, scene.mentor)

        shown = seen | {"upcomingSessions": [each["id"] for each in seen["upcomingSessions"]]}
        del shown["averageRating"]
        assert shown == counted(rows, api.clock.instant), ahead

        over = [
            row
            for row in rows
            if row.status is BookingStatus.CONFIRMED and row.starts_at <= api.clock.instant
        ]
        for row in over[:2]:
            await scene.do("completeBooking", scene.mentor, bookingId=f"booking_{row.id}")


async def test_the_mean_rating_is_that_of_visible_feedback(scene: Scene) -> None:
    booking = await scene.completed()
    second = {"bookingId": booking, "rating": 4, "comment": "Helped me to decide."}
    await scene.api.do(LEAVE, scene.mentee, input=second)

    assert (await dashboard(scene.api, scene.mentor))["averageRating"] == 4.0


async def test_the_next_sessions_come_soonest_first_and_as_many_as_asked(scene: Scene) -> None:
    people = [await given.user(scene.api) for _ in scene.slots]
    for slot, who in zip(reversed(scene.slots), people, strict=True):
        await scene.request(slot, who)

    sizes = {
        first: len((await dashboard(scene.api, scene.mentor, first=first))["upcomingSessions"])
        for first in (1, 5, 100)
    }
    starts = [each["startsAt"] for each in (await dashboard(scene.api, scene.mentor))["upcomingSessions"]]
    answer = await scene.api.ask(DASHBOARD, scene.mentor, first=0)

    assert sizes == {1: 1, 5: 5, 100: 6}
    assert starts == sorted(starts)
    assert answer.codes == ["BAD_USER_INPUT"]


async def test_moving_a_session_counts_its_answer_from_the_move(scene: Scene) -> None:
    booking = await scene.confirmed()
    scene.api.clock.forward(hours=6)
    await scene.do("rescheduleBooking", scene.mentee, bookingId=booking, slotId=slot_id(scene.slots[1]))
    scene.api.clock.forward(hours=2)
    await scene.do("confirmBooking", scene.mentor, bookingId=booking)

    seen = await dashboard(scene.api, scene.mentor)

    assert (seen["responseHours"], seen["responseRate"]) == (2.0, 1.0)
