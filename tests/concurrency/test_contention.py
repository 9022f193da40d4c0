"""Several processes at one time: whoever comes first has it, nobody is faulted, and afterwards everything adds up."""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from mentorhub.resolvers.desk import Viewer
from tests import given
from tests.api import Api
from tests.bookings.scene import MUTATIONS, Scene, a_scene, slot_id
from tests.concurrency.processes import Asked, Crew, Said, crew
from tests.recount import ACCOUNTS, faults

PROCESSES: Final = 3
FAULTS: Final = {"INTERNAL", "UNAVAILABLE", "TIMEOUT"}


def asking(name: str, viewer: Viewer | None, **input: Any) -> Asked:
    return Asked(MUTATIONS[name], viewer, {"input": input})


def requesting(slot: str, viewer: Viewer, **more: Any) -> Asked:
    return asking("requestBooking", viewer, slotId=slot, topic="How to begin", **more)


def codes(said: list[Said]) -> Counter[str]:
    """How often each came: OK, or a code."""
    found = Counter(each.codes[0] if each.codes else "OK" for each in said)
    assert not FAULTS & set(found), found
    return found


async def test_everything_at_once_in_several_processes(
    api: Api, database_url: str, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    async with crew(database_url, tmp_path, size=PROCESSES) as workers:
        for play in (
            fifty_for_one_slot,
            confirms_against_cancels,
            moves_that_cross,
            one_key_ten_times,
            requests_while_slots_are_rebuilt,
        ):
            with subtests.test(play.__name__):
                await play(await a_scene(api, slots=8), workers)
                found = await faults(api.house.doors.database, now=api.clock.now(), ignoring=ACCOUNTS)
                assert found == []


async def fifty_for_one_slot(scene: Scene, workers: Crew) -> None:
    mentees = [await given.user(scene.api) for _ in range(50)]
    slot = slot_id(scene.slots[3])

    said = await workers.at_once([requesting(slot, mentee) for mentee in mentees])

    assert codes(said) == {"OK": 1, "SLOT_TAKEN": 49}
    offered = [error["alternatives"] for each in said for error in each.data["requestBooking"]["userErrors"]]
    assert all(len(some) == 3 for some in offered)


async def confirms_against_cancels(scene: Scene, workers: Crew) -> None:
    booking = await scene.request()
    confirming = [asking("confirmBooking", scene.mentor, bookingId=booking)] * 20
    cancelling = [asking("cancelBooking", scene.mentee, bookingId=booking)] * 20

    said = await workers.at_once([one for pair in zip(confirming, cancelling, strict=True) for one in pair])

    confirmed, cancelled = codes(said[::2]), codes(said[1::2])
    assert cancelled == {"OK": 1, "WRONG_STATE": 19}
    assert confirmed["OK"] <= 1
    assert confirmed["OK"] + confirmed["WRONG_STATE"] == 20
    history = [event["status"] for event in (await scene.look(booking))["history"]]
    assert history == ["PENDING", *(["CONFIRMED"] if confirmed["OK"] else []), "CANCELLED"]


async def moves_that_cross(scene: Scene, workers: Crew) -> None:
    people = [scene.mentee, scene.other_mentee, await given.user(scene.api)]
    made = [await scene.confirmed(slot, who) for slot, who in zip(scene.slots[:3], people, strict=True)]
    for _ in range(3):
        # A to B's slot, B to C's, C to A's and to a free one; by mentees and by the mentor.
        moves = [
            asking(
                "rescheduleBooking",
                who if number % 2 else scene.mentor,
                bookingId=booking,
                slotId=slot_id(scene.slots[(number + step) % 5]),
            )
            for number, (booking, who) in enumerate(zip(made, people, strict=True))
            for step in (1, 2)
        ]

        said = await workers.at_once(moves)

        assert set(codes(said)) <= {"OK", "SLOT_TAKEN", "INVALID"}
        looks = [await scene.look(booking) for booking in made]
        assert len({look["startsAt"] for look in looks}) == 3


async def one_key_ten_times(scene: Scene, workers: Crew) -> None:
    asked = requesting(slot_id(scene.slots[0]), scene.mentee, idempotencyKey="one and the same")
    other = requesting(slot_id(scene.slots[1]), scene.mentee, idempotencyKey="one and the same")

    said = await workers.at_once([*[asked] * 10, *[other] * 2])

    made = {each.data["requestBooking"]["booking"]["id"] for each in said if not each.codes}
    assert len(made) == 1
    assert set(codes(said)) <= {"OK", "CONFLICT"}
    assert codes(said)["OK"] in {2, 10}


async def requests_while_slots_are_rebuilt(scene: Scene, workers: Crew) -> None:
    people = [await given.user(scene.api) for _ in range(16)]
    rules = "mutation ($input: UpdateBookingRulesInput!) { updateBookingRules(input: $input) { userErrors { code } } }"
    weekly = """
    mutation ($input: AddWeeklyAvailabilityInput!) {
      addWeeklyAvailability(input: $input) { userErrors { code } }
    }
    """
    block = {"weekday": "THURSDAY", "startTime": "09:00", "endTime": "17:00"}
    await scene.api.do(weekly, scene.mentor, input=block)
    listed = "query ($id: ID!) { mentor(id: $id) { slots(first: 100) { id } } }"
    found = (await scene.api.ask(listed, None, id=f"mentor_{scene.mentor.mentor_id}"))["mentor"]["slots"]
    slots = [slot["id"] for slot in found]

    asked: list[Asked] = []
    for number, who in enumerate(people):
        asked.append(requesting(slots[number % len(slots)], who))
        lengths = {"sessionMinutes": (60, 30, 45)[number % 3], "bufferMinutes": (0, 15)[number % 2]}
        asked.append(Asked(rules, scene.mentor, {"input": lengths}))
    said = await workers.at_once(asked)

    assert set(codes(said[::2])) <= {"OK", "SLOT_TAKEN", "SLOT_UNAVAILABLE", "NOT_FOUND"}
    assert set(codes(said[1::2])) == {"OK"}
