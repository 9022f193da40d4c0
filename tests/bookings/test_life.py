"""The life of a booking, as its parties see it."""

from tests.bookings.scene import Scene


async def test_a_request_holds_the_slot_until_the_mentor_answers(scene: Scene) -> None:
    booking = await scene.look(await scene.request())

    assert booking["status"] == "PENDING"
    assert booking["slot"]["status"] == "HELD"
    assert booking["respondBy"] == "2026-03-04T09:00:00Z"
    assert [event["status"] for event in booking["history"]] == ["PENDING"]
