"""Requests sent again: the same key makes one booking, for a day."""

import asyncio
from datetime import timedelta

import pytest

from mentorhub.resolvers import overdue
from tests.bookings.scene import Scene, slot_id


async def test_a_request_sent_again_answers_the_booking_it_made(scene: Scene) -> None:
    first = await scene.request(idempotencyKey="k")

    again = await scene.request(idempotencyKey="k")

    assert again == first


async def test_ten_at_once_make_one_booking(scene: Scene) -> None:
    made = await asyncio.gather(*(scene.request(idempotencyKey="k" * 64) for _ in range(10)))

    assert len(set(made)) == 1
    assert len((await scene.look(made[0]))["history"]) == 1


async def test_a_key_is_good_for_the_request_it_was_made_for_alone(scene: Scene) -> None:
    await scene.request(idempotencyKey="k")

    other = {"slotId": slot_id(scene.slots[1]), "topic": "How to begin", "idempotencyKey": "k"}
    codes = await scene.refused("requestBooking", scene.mentee, **other)
    errors = await scene.errors("requestBooking", scene.mentee, **other)

    assert codes == ["CONFLICT"]
    assert errors[0]["field"] == ["idempotencyKey"]


async def test_a_key_is_its_users_own(scene: Scene) -> None:
    mine = await scene.request(idempotencyKey="k")

    theirs = await scene.request(scene.slots[1], scene.other_mentee, idempotencyKey="k")

    assert theirs != mine


async def test_a_key_answers_its_booking_whatever_became_of_it(scene: Scene) -> None:
    booking = await scene.request(idempotencyKey="k")
    await scene.do("cancelBooking", scene.mentee, bookingId=booking)

    late = await scene.do(
        "requestBooking",
        scene.mentee,
        slotId=slot_id(scene.slots[0]),
        topic="How to begin",
        idempotencyKey="k",
    )

    assert (late["id"], late["status"]) == (booking, "CANCELLED")


async def test_another_key_books_what_was_cancelled(scene: Scene) -> None:
    booking = await scene.request(idempotencyKey="k")
    await scene.do("cancelBooking", scene.mentee, bookingId=booking)

    again = await scene.request(idempotencyKey="l")

    assert again != booking


async def test_what_was_refused_uses_no_key_up(scene: Scene) -> None:
    await scene.request(viewer=scene.other_mentee)
    refused = {"slotId": slot_id(scene.slots[0]), "topic": "How to begin", "idempotencyKey": "k"}

    codes = await scene.refused("requestBooking", scene.mentee, **refused)
    booking = await scene.request(scene.slots[1], idempotencyKey="k")

    assert codes == ["SLOT_TAKEN"]
    assert (await scene.look(booking))["status"] == "PENDING"


@pytest.mark.parametrize("comes_by", [False, True])
async def test_after_a_day_a_key_is_new_whether_or_not_the_clock_came_by(
    scene: Scene, *, comes_by: bool
) -> None:
    first = await scene.request(idempotencyKey="k")
    scene.api.clock.instant += timedelta(hours=24) - timedelta(microseconds=1)
    same = await scene.request(idempotencyKey="k")

    scene.api.clock.forward(hours=1)
    if comes_by:
        assert await overdue.forget_keys(scene.api.house.doors) == 1
    asked = {"slotId": slot_id(scene.slots[0]), "topic": "How to begin", "idempotencyKey": "k"}
    taken = await scene.refused("requestBooking", scene.mentee, **asked)
    other = await scene.request(scene.slots[1], idempotencyKey="k")

    assert same == first
    assert taken == ["SLOT_TAKEN"]
    assert other != first
