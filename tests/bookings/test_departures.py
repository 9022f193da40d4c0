"""Who leaves: what becomes of their bookings, and what others are told."""

from datetime import timedelta

from mentorhub.db import facts
from mentorhub.db.facts import FactRow
from mentorhub.resolvers.departures import cancel_all_of, decline_pending_of
from mentorhub.resolvers.desk import Desk, Viewer
from tests.bookings.scene import FIRST, Scene, open_slots


def desk(scene: Scene, viewer: Viewer) -> Desk:
    return Desk(scene.api.house.doors, viewer, scene.api.clock.now())


async def test_what_is_ahead_of_somebody_who_leaves_is_cancelled_on_both_sides(scene: Scene) -> None:
    other = scene.other_mentor.mentor_id
    assert other
    elsewhere = await open_slots(scene.api, other, 3, first=FIRST + timedelta(hours=10))
    as_mentor = [await scene.confirmed(scene.slots[0]), await scene.request(scene.slots[1])]
    as_mentee = [await scene.request(slot, scene.mentor) for slot in elsewhere[:2]]
    await scene.do("declineBooking", scene.other_mentor, bookingId=as_mentee[1])
    others = await scene.request(elsewhere[2], scene.mentee)

    count = await desk(scene, scene.admin).do(cancel_all_of, scene.mentor.user_id, reason="Closed")

    looks = [await scene.look(booking) for booking in (*as_mentor, *as_mentee, others)]
    assert count == 3
    assert [look["status"] for look in looks] == [
        "CANCELLED",
        "CANCELLED",
        "CANCELLED",
        "DECLINED",
        "PENDING",
    ]
    assert [look["reason"] for look in looks] == ["Closed", "Closed", "Closed", None, None]
    assert [look["slot"]["status"] for look in looks] == ["OPEN", "OPEN", "OPEN", "OPEN", "HELD"]
    told = [row for row in await log(scene) if row.kind == "BOOKING_CANCELLED"]
    assert {row.actor_id for row in told} == {scene.admin.user_id}
    assert len(told) == 3


async def test_sessions_that_have_begun_stand(scene: Scene) -> None:
    booking = await scene.confirmed()
    scene.api.clock.instant = FIRST

    count = await desk(scene, scene.mentee).do(cancel_all_of, scene.mentee.user_id, reason="Deleted")

    assert (count, (await scene.look(booking))["status"]) == (0, "CONFIRMED")


async def test_overdue_requests_expire_instead(scene: Scene) -> None:
    booking = await scene.request()
    scene.api.clock.forward(hours=48)

    count = await desk(scene, scene.mentee).do(cancel_all_of, scene.mentee.user_id, reason="Deleted")

    assert count == 0
    assert [event["status"] for event in (await scene.look(booking))["history"]] == ["PENDING", "EXPIRED"]


async def test_a_deactivated_mentors_requests_are_declined_and_sessions_stand(scene: Scene) -> None:
    confirmed = await scene.confirmed(scene.slots[0])
    pending = await scene.request(scene.slots[1])

    assert scene.mentor.mentor_id
    count = await desk(scene, scene.admin).do(
        decline_pending_of, scene.mentor.mentor_id, reason="Left the programme"
    )

    looks = [await scene.look(booking) for booking in (confirmed, pending)]
    assert count == 1
    assert [look["status"] for look in looks] == ["CONFIRMED", "DECLINED"]
    assert looks[1]["reason"] == "Left the programme"


async def log(scene: Scene) -> list[FactRow]:
    return (await facts.after(scene.api.house.doors.database.reader, facts.BEGINNING, limit=500)).facts
