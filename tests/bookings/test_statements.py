"""How many statements it takes to ask for a slot: each is a way to the database and back, while others wait."""

from typing import Any

from tests.bookings.scene import Scene, slot_id
from tests.counting import counting


def asking(scene: Scene, slot: int) -> dict[str, Any]:
    return {"slotId": slot_id(scene.slots[slot]), "topic": "How to begin"}


async def test_a_request_is_twelve_statements_however_many_were_made_before(scene: Scene) -> None:
    sent = []

    for slot in (0, 1):
        async with counting(scene.api) as counted:
            assert await scene.refused("requestBooking", scene.mentee, **asking(scene, slot)) == []
        sent.append(counted.writes)

    assert sent[0] == sent[1]
    assert len(sent[0]) == 12


async def test_whoever_asks_is_read_with_the_slot_and_its_mentor(scene: Scene) -> None:
    async with counting(scene.api) as counted:
        await scene.refused("requestBooking", scene.mentee, **asking(scene, 0))

    [found] = [sql for sql in counted.writes if sql.startswith("SELECT slots.")]
    assert "JOIN mentors" in found
    assert "JOIN users" in found
