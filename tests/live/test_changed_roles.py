"""Whoever listens while their role changes: more rights end nothing, and fewer end it with the reason."""

import asyncio
from contextlib import aclosing

import pytest

from mentorhub.rules.vocabulary import Role, SlotStatus
from tests import rows
from tests.administration.test_users import SET_ROLE
from tests.live.service import Live, Person
from tests.live.test_activity_feed import FEED, joined
from tests.live.test_slot_changes import becomes, given_slots
from tests.web.serving import eventually

SLOTS = """
subscription ($mentor: ID!) { slotChanged(mentorId: $mentor) { id mentor { user { email } } } }
"""
CHANGED = "Your role has changed."


async def set_role(live: Live, person: Person, role: Role) -> None:
    above = await live.person(role=Role.SUPERADMIN)
    answer = await live.ask(above, SET_ROLE, input={"userId": f"user_{person.key}", "role": role})
    assert answer["data"]["setUserRole"] == {"user": {"role": role}, "userErrors": []}


@pytest.mark.parametrize(
    ("before", "after"),
    [(Role.MEMBER, Role.ADMIN), (Role.MEMBER, Role.SUPERADMIN), (Role.ADMIN, Role.SUPERADMIN)],
)
async def test_who_is_promoted_listens_on(live: Live, before: Role, after: Role) -> None:
    mentor = await rows.mentor(live.house.doors.database)
    slots = await given_slots(live, mentor, number=2)
    person = await live.person(role=before)

    async with live.ear(person, SLOTS, mentor=f"mentor_{mentor}") as ear:
        await set_role(live, person, after)
        heard = []
        for slot in slots:
            live.service.graphql.doors.watch.look_now()
            await becomes(live, mentor, slot, SlotStatus.BOOKED)
            heard.append((await ear.hear())["id"])
        assert await ear.is_silent()

    assert heard == [f"slot_{slot}" for slot in slots]


async def test_an_event_stream_goes_on_when_its_reader_is_promoted(live: Live) -> None:
    mentor = await rows.mentor(live.house.doors.database)
    slots = await given_slots(live, mentor, number=2)
    person = await live.person()

    async with aclosing(live.events(person, SLOTS, mentor=f"mentor_{mentor}")) as events:
        heard = asyncio.ensure_future(anext(events))
        await eventually(lambda: live.house.log.listeners == 1)
        await set_role(live, person, Role.ADMIN)
        told = []
        for slot in slots:
            await becomes(live, mentor, slot, SlotStatus.BOOKED)
            told.append((await heard)[1]["data"]["slotChanged"]["id"])
            heard = asyncio.ensure_future(anext(events))
        heard.cancel()
        await asyncio.wait([heard])

    assert told == [f"slot_{slot}" for slot in slots]


async def test_who_is_promoted_is_shown_no_more_by_what_they_listened_to_before(live: Live) -> None:
    mentor = await rows.mentor(live.house.doors.database)
    [slot] = await given_slots(live, mentor, number=1)
    admin, person = await live.admin(), await live.person()

    async with (
        live.ear(admin, SLOTS, mentor=f"mentor_{mentor}") as above,
        live.ear(person, SLOTS, mentor=f"mentor_{mentor}") as before,
    ):
        await set_role(live, person, Role.ADMIN)
        async with live.ear(person, SLOTS, mentor=f"mentor_{mentor}") as after:
            await becomes(live, mentor, slot, SlotStatus.BOOKED)
            emails = [(await ear.hear())["mentor"]["user"]["email"] for ear in (above, before, after)]

    assert emails[0] is not None
    assert emails == [emails[0], None, emails[0]]


async def test_an_event_stream_of_somebody_demoted_ends_with_one_error(live: Live) -> None:
    superadmin = await live.person(role=Role.SUPERADMIN)

    told = []
    async with asyncio.timeout(4), aclosing(live.events(superadmin, FEED)) as events:
        first = asyncio.ensure_future(anext(events))
        await eventually(lambda: live.house.log.listeners == 1)
        await set_role(live, superadmin, Role.ADMIN)
        told = [await first, *[each async for each in events]]

    [(_, payload)] = told
    assert payload == {"errors": [{"message": CHANGED, "extensions": {"code": "FORBIDDEN"}}]}


async def test_who_was_demoted_comes_back_with_the_same_token(live: Live) -> None:
    mentor = await rows.mentor(live.house.doors.database)
    [slot] = await given_slots(live, mentor, number=1)
    admin = await live.admin()

    async with live.ear(admin, FEED) as ear:
        await set_role(live, admin, Role.MEMBER)
        await ear.talk.closed()
    async with live.ear(admin, SLOTS, mentor=f"mentor_{mentor}") as ear:
        await becomes(live, mentor, slot, SlotStatus.BOOKED)
        heard = await ear.hear()

    assert heard == {"id": f"slot_{slot}", "mentor": {"user": {"email": None}}}
    assert await live.refusal(admin, FEED) == "FORBIDDEN"


async def test_what_was_begun_after_a_promotion_ends_with_it(live: Live) -> None:
    person, other = await live.person(), await live.person()

    async with live.ear(person, "subscription { notificationReceived { id } }") as ear:
        await set_role(live, person, Role.ADMIN)
        await ear.talk.subscribe("feed", FEED, variables={"kinds": ["USER_JOINED"]})
        await eventually(lambda: live.house.log.listeners == 2)
        await live.tell(joined(other))
        heard = await ear.talk.hear()
        await set_role(live, person, Role.MEMBER)
        await live.tell(joined(other))
        async with asyncio.timeout(2):
            end = await ear.talk.closed()

    assert heard["payload"]["data"]["activityFeed"]["kind"] == "USER_JOINED"
    assert end == (4403, CHANGED)
