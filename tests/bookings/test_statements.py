"""How many statements it takes to ask for a slot: each is a way to the database and back, while others wait."""

from typing import Any

from mentorhub.db import booking_lists
from mentorhub.db.booking_lists import Brought, Shape
from mentorhub.db.mentors import Extent
from mentorhub.resolvers import telling
from mentorhub.rules.vocabulary import BookingOrder, BookingParty
from tests.bookings.scene import Scene, slot_id
from tests.counting import counting
from tests.mentors.test_statements import plan_of


def asking(scene: Scene, slot: int) -> dict[str, Any]:
    return {"slotId": slot_id(scene.slots[slot]), "topic": "How to begin"}


async def test_a_request_is_seven_statements_however_many_were_made_before(scene: Scene) -> None:
    sent = []

    for slot in (0, 1):
        async with counting(scene.api) as counted:
            assert await scene.refused("requestBooking", scene.mentee, **asking(scene, slot)) == []
        sent.append(counted.writes)

    assert sent[0] == sent[1]
    assert len(sent[0]) == 7


async def test_whoever_asks_is_read_with_the_slot_and_its_mentor(scene: Scene) -> None:
    async with counting(scene.api) as counted:
        await scene.refused("requestBooking", scene.mentee, **asking(scene, 0))

    [found] = [sql for sql in counted.writes if "AS slot_id" in sql]
    assert "JOIN mentors" in found
    assert "JOIN users" in found


async def test_a_request_for_a_later_slot_leaves_alone_which_is_the_mentors_next(scene: Scene) -> None:
    async with counting(scene.api) as counted:
        assert await scene.refused("requestBooking", scene.mentee, **asking(scene, 2)) == []

    assert not [sql for sql in counted.writes if "UPDATE mentors" in sql]


async def test_people_are_told_of_many_things_in_as_many_statements_as_of_one(scene: Scene) -> None:
    doors = scene.api.house.doors
    while await telling.tell_some(doors):
        pass
    sent = []

    for slots in ((0,), (1, 2)):
        for slot in slots:
            assert await scene.refused("requestBooking", scene.mentee, **asking(scene, slot)) == []
        async with counting(scene.api) as counted:
            # What is told is a fact itself, and told to nobody.
            assert await telling.tell_some(doors) >= len(slots)
        sent.append(len(counted.writes))

    assert sent[0] == sent[1]


async def test_what_is_brought_along_with_a_list_is_not_looked_for_to_count_it(
    scene: Scene, database_url: str
) -> None:
    shape = Shape(BookingOrder.STARTS_LATEST, viewer=frozenset({BookingParty.MENTEE}))
    brought = Brought(mentor=Extent.CARD, mentee=True, feedback=Extent.CARD)
    total = booking_lists.listing(shape, brought)._total.on(scene.api.house.doors.database.dialect)
    given = {"viewer": scene.mentee.user_id, "now": scene.api.clock.now()}

    plan = await plan_of(total.text, database_url, *total.arguments(given))

    assert "bookings" in plan
    for table in ("users", "mentors", "feedback", "expertise"):
        assert table not in plan


async def test_what_is_brought_along_is_joined_to_a_page_that_has_been_found(scene: Scene) -> None:
    asked = "mentor { name } mentee { name } feedback { rating }"
    async with counting(scene.api) as counted:
        await scene.api.ask(f"{{ viewer {{ bookings {{ nodes {{ {asked} }} }} }} }}", scene.mentee)

    [page] = [sql for sql in counted.reads if "JOIN users" in sql]
    assert page.index("LIMIT") < min(page.index("JOIN users"), page.index("JOIN feedback"))
