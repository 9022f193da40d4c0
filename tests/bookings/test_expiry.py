"""Requests that nobody answers: expired for every reader from that instant on, and written down by the clock."""

from datetime import timedelta
from typing import Any

from mentorhub.db import facts, mentors
from mentorhub.resolvers import overdue
from tests import given
from tests.bookings.scene import FIRST, HOUR, Scene, slot_id

LISTS = """
query ($statuses: [BookingStatus!]) {
  viewer {
    bookings(filter: { statuses: $statuses }) { totalCount nodes { id status viewerCan slot { status } } }
    bookingCounts { all pending confirmed completed declined cancelled expired }
    mentorDashboard { pendingRequests responseRate upcomingSessions { id } }
  }
}
"""


async def test_an_overdue_request_is_expired_for_every_reader_from_that_instant_on(scene: Scene) -> None:
    booking = await scene.request()
    scene.api.clock.forward(hours=48)

    seen = {"booking": (await scene.look(booking))["status"]}
    for name, statuses in (
        ("pending", ["PENDING"]),
        ("expired", ["EXPIRED"]),
        ("both", ["PENDING", "EXPIRED"]),
    ):
        viewer = (await scene.api.ask(LISTS, scene.mentor, statuses=statuses))["viewer"]
        seen[name] = viewer["bookings"]["totalCount"]

    counts = viewer["bookingCounts"]
    assert seen == {"booking": "EXPIRED", "pending": 0, "expired": 1, "both": 1}
    assert (counts["all"], counts["pending"], counts["expired"]) == (1, 0, 1)
    assert viewer["mentorDashboard"] == {"pendingRequests": 0, "responseRate": 0.0, "upcomingSessions": []}
    [node] = viewer["bookings"]["nodes"]
    assert node == {"id": booking, "status": "EXPIRED", "viewerCan": ["REPORT"], "slot": {"status": "OPEN"}}


async def test_until_a_moment_before_it_can_be_answered(scene: Scene) -> None:
    booking = await scene.request()
    scene.api.clock.instant += timedelta(hours=48) - timedelta(microseconds=1)

    confirmed = await scene.do("confirmBooking", scene.mentor, bookingId=booking)

    assert confirmed["status"] == "CONFIRMED"


async def test_from_then_on_it_cannot(scene: Scene) -> None:
    booking = await scene.request()
    scene.api.clock.forward(hours=48)

    [error] = await scene.errors("confirmBooking", scene.mentor, bookingId=booking)

    assert (error["code"], error["currentStatus"], error["viewerCan"]) == (
        "WRONG_STATE",
        "EXPIRED",
        ["REPORT"],
    )


async def test_the_mentor_may_keep_notes_of_one_before_the_clock_has_come_by(scene: Scene) -> None:
    booking = await scene.request()
    scene.api.clock.forward(hours=48)

    noted = await scene.do("setMentorNotes", scene.mentor, bookingId=booking, notes="Was away")
    await scene.api.run_jobs()

    assert (noted["status"], (await scene.look(booking, scene.mentor))["mentorNotes"]) == (
        "EXPIRED",
        "Was away",
    )
    log = (await facts.after(scene.api.house.doors.database.reader, facts.BEGINNING, limit=100)).facts
    assert [row.kind for row in log].count("BOOKING_EXPIRED") == 1


async def test_the_clock_writes_down_what_expired_once(scene: Scene) -> None:
    mentees = [await given.user(scene.api) for _ in range(3)]
    made = [await scene.request(slot, who) for slot, who in zip(scene.slots, mentees, strict=False)]
    scene.api.clock.forward(hours=48)
    before = [await looks(scene, booking) for booking in made]

    done = [await overdue.expire_overdue(scene.api.house.doors) for _ in range(2)]

    assert done == [3, 0]
    assert [await looks(scene, booking) for booking in made] == before
    told = await facts.after(scene.api.house.doors.database.reader, facts.BEGINNING, limit=100)
    expired = [row for row in told.facts if row.kind == "BOOKING_EXPIRED"]
    assert [(row.actor_id, row.data["previous"], row.data["status"]) for row in expired] == [
        (None, "PENDING", "EXPIRED")
    ] * 3


async def test_the_slot_of_an_expired_request_is_open_with_its_neighbours(scene: Scene) -> None:
    await scene.request()
    scene.api.clock.forward(hours=48)

    again = await scene.request(viewer=scene.other_mentee)

    assert (await scene.look(again))["slot"] == {"id": slot_id(scene.slots[0]), "status": "HELD"}


async def looks(scene: Scene, booking: str) -> dict[str, Any]:
    """What a reader sees of it, but for the history, to which the clock adds."""
    seen = await scene.look(booking)
    return {name: value for name, value in seen.items() if name != "history"}


async def test_what_is_overdue_is_pending_in_no_figure_of_the_dashboard(scene: Scene) -> None:
    async def pending() -> int:
        answer = await scene.api.ask("{ admin { dashboard { pendingBookings } } }", scene.admin)
        counted: int = answer["admin"]["dashboard"]["pendingBookings"]
        return counted

    await scene.request()
    before = await pending()

    scene.api.clock.forward(hours=48)

    assert (before, await pending()) == (1, 0)


async def test_the_slot_of_a_request_that_expires_as_it_is_asked_for_anew_is_not_kept_as_the_next(
    scene: Scene,
) -> None:
    await scene.request(scene.slots[1], scene.other_mentee)
    # The first slot is too near by now; that the second is free again nobody has looked at yet.
    scene.api.clock.instant += timedelta(hours=48, minutes=1)

    await scene.request(scene.slots[1])

    key = scene.mentor.mentor_id
    assert key is not None
    [kept] = (await mentors.by_keys(scene.api.house.doors.database.reader, [key])).values()
    assert kept.next_slot_at == FIRST + 2 * HOUR
