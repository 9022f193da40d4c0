"""Slots of a mentor as they change, to whoever may see the mentor."""

from contextlib import AsyncExitStack
from datetime import timedelta

from sqlalchemy import bindparam, update

from mentorhub.db.keys import new_key
from mentorhub.db.statements import change
from mentorhub.db.tables.availability import slots
from mentorhub.resolvers.desk import Work
from mentorhub.rules.facts import Fact, QuietKind
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import MentorStatus, SlotStatus
from tests import rows
from tests.api import MONDAY
from tests.live.service import Live

CHANGES = "subscription ($mentor: ID!) { slotChanged(mentorId: $mentor) { id status startsAt } }"
WITH_PARTIES = """
subscription ($mentor: ID!) { slotChanged(mentorId: $mentor) { id mentor { user { name timezone } } } }
"""
SET = change(update(slots).where(slots.c.id == bindparam("slot_id")).values(status=bindparam("status_")))


async def given_slots(live: Live, mentor: Key, *, number: int = 3) -> list[Key]:
    tomorrow = MONDAY + timedelta(days=1)
    return [
        await rows.slot(
            live.house.doors.database,
            mentor,
            tomorrow + timedelta(hours=hour),
            tomorrow + timedelta(hours=hour + 1),
        )
        for hour in range(number)
    ]


async def becomes(live: Live, mentor: Key, slot: Key, status: SlotStatus) -> None:
    async def do(work: Work) -> None:
        await work.transaction.run(SET, slot_id=slot, status_=status)
        work.tell(Fact(QuietKind.SLOTS_CHANGED, ("Mentor", mentor), mentor_id=mentor))

    await live.desk().do(do)


async def test_each_change_of_a_slot_is_told_to_signed_out_viewers_too(live: Live) -> None:
    mentor = await rows.mentor(live.house.doors.database)
    first, second, _ = await given_slots(live, mentor)

    async with live.ear(None, CHANGES, mentor=f"mentor_{mentor}") as ear:
        told = []
        for slot, status in (
            (first, SlotStatus.BOOKED),
            (second, SlotStatus.CLOSED),
            (first, SlotStatus.OPEN),
            (second, SlotStatus.OPEN),
        ):
            await becomes(live, mentor, slot, status)
            heard = await ear.hear()
            told.append((heard["id"], heard["status"]))
        assert await ear.is_silent()

    assert told == [
        (f"slot_{first}", "BOOKED"),
        (f"slot_{second}", "CLOSED"),
        (f"slot_{first}", "OPEN"),
        (f"slot_{second}", "OPEN"),
    ]


async def test_other_mentors_slots_are_none_of_it(live: Live) -> None:
    mentor, other = [await rows.mentor(live.house.doors.database) for _ in range(2)]
    [slot] = await given_slots(live, mentor, number=1)
    [elsewhere] = await given_slots(live, other, number=1)

    async with live.ear(None, CHANGES, mentor=f"mentor_{mentor}") as ear:
        await becomes(live, other, elsewhere, SlotStatus.BOOKED)
        await becomes(live, mentor, slot, SlotStatus.BOOKED)
        heard = await ear.hear()
        assert await ear.is_silent()

    assert heard["id"] == f"slot_{slot}"


async def test_a_mentor_who_is_none_or_hidden_is_not_found(live: Live) -> None:
    hidden = await rows.mentor(live.house.doors.database, status=MentorStatus.PENDING, is_public=False)

    for mentor in (f"mentor_{hidden}", f"mentor_{new_key()}", "mentor_x", f"slot_{hidden}"):
        assert await live.refusal(None, CHANGES, mentor=mentor) == "NOT_FOUND"


async def test_what_depends_on_the_viewer_is_not_shared(live: Live) -> None:
    database = live.house.doors.database
    owner = await live.person(timezone="Europe/Rome")
    mentor = await rows.mentor(database, user_id=owner.key)
    [slot] = await given_slots(live, mentor, number=1)
    people = [await live.person(name=f"Person {number}") for number in range(4)]
    await rows.booking(
        database, mentor, MONDAY - timedelta(days=1), MONDAY - timedelta(hours=23), mentee_id=people[0].key
    )
    counts = live.service.graphql.doors.engine.counts

    async with AsyncExitStack() as stack:
        plain = [
            await stack.enter_async_context(live.ear(each, CHANGES, mentor=f"mentor_{mentor}"))
            for each in people
        ]
        personal = [
            await stack.enter_async_context(live.ear(each, WITH_PARTIES, mentor=f"mentor_{mentor}"))
            for each in people
        ]
        before = counts.compiled + counts.stock
        await becomes(live, mentor, slot, SlotStatus.BOOKED)
        same = [await ear.hear() for ear in plain]
        own = [await ear.hear() for ear in personal]

    assert same == [same[0]] * 4
    assert counts.compiled + counts.stock - before == 1 + 4
    # The mentor's time zone is for who has met them.
    assert [each["mentor"]["user"]["timezone"] for each in own] == ["Europe/Rome", None, None, None]
