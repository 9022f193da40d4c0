"""What the clock does for availability: the horizon goes on, also after a standstill, and next slots stay right."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from mentorhub.db.statements import Statement
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import KeyColumn
from mentorhub.resolvers import rebuilding
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.instants import NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.mentors import Terms
from mentorhub.rules.vocabulary import SlotStatus, Weekday
from mentorhub.schema.nodes import id_of
from tests import given
from tests.api import MONDAY, Api

DAILY = [(day, 600, 660) for day in Weekday]
TWO_WEEKS: Terms = {"session_minutes": 60, "minimum_notice_hours": 24, "horizon_days": 14}
SLOTS = "query($id: ID!) { mentor(id: $id) { slots(first: 500) { startsAt } nextSlot { startsAt } } }"
SOONEST = "{ mentors(orderBy: SOONEST_SLOT) { nodes { id } } }"


class State(NamedTuple):
    next_slot_at: datetime
    is_open: bool
    cut_until: datetime
    cut_again_at: datetime | None


class Count(NamedTuple):
    number: int


STATE = Statement(
    select(*(mentors.c[name] for name in State._fields)).where(
        mentors.c.id == bindparam("mentor", type_=KeyColumn())
    ),
    State,
)
STANDING = Statement(
    select(func.count().label("number")).where(
        slots.c.mentor_id == bindparam("mentor", type_=KeyColumn()), slots.c.status != SlotStatus.CLOSED
    ),
    Count,
)


def key(mentor: Viewer) -> Key:
    assert mentor.mentor_id is not None
    return mentor.mentor_id


async def state(api: Api, mentor: Viewer) -> State:
    [found] = await api.house.doors.database.reader.all(STATE, mentor=mentor.mentor_id)
    return found


async def starts(api: Api, mentor: Viewer) -> list[str]:
    found = (await api.ask(SLOTS, id=id_of("Mentor", key(mentor))))["mentor"]
    listed = [slot["startsAt"] for slot in found["slots"]]
    assert found["nextSlot"] == ({"startsAt": listed[0]} if listed else None)
    return listed


def at_ten(first: datetime, days: int) -> list[str]:
    ten = first.replace(hour=10)
    return [f"{ten + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}" for day in range(days)]


async def test_new_days_come_into_the_horizon_by_themselves(api: Api) -> None:
    mentor = await given.mentor(api, weekly=DAILY, terms=TWO_WEEKS)

    for day in range(20):
        assert await starts(api, mentor) == at_ten(MONDAY + timedelta(days=day + 1), 13)
        api.clock.forward(days=1)
        await api.run_jobs()


async def test_lists_are_right_for_a_day_without_the_clock(api: Api) -> None:
    mentor = await given.mentor(api, weekly=DAILY, terms=TWO_WEEKS)

    api.clock.forward(days=1, hours=12)

    assert await starts(api, mentor) == at_ten(MONDAY + timedelta(days=3), 13)


async def test_after_a_standstill_what_is_missing_is_not_bookable_until_it_is_cut(api: Api) -> None:
    mentor = await given.mentor(api, weekly=DAILY, terms=TWO_WEEKS)
    verdict = """
    query($id: ID!) { mentor(id: $id) { availabilityAt(startsAt: "2026-03-20T10:00:00Z") { isBookable reasons } } }
    """
    api.clock.forward(days=7)

    before = await starts(api, mentor)
    missing = (await api.ask(verdict, id=id_of("Mentor", key(mentor))))["mentor"]["availabilityAt"]
    await api.run_jobs()
    after = await starts(api, mentor)
    found = (await api.ask(verdict, id=id_of("Mentor", key(mentor))))["mentor"]["availabilityAt"]

    assert before == at_ten(MONDAY + timedelta(days=8), 8)
    assert missing == {"isBookable": False, "reasons": ["BEYOND_HORIZON"]}
    assert after == at_ten(MONDAY + timedelta(days=8), 13)
    assert found == {"isBookable": True, "reasons": []}


async def test_a_standstill_longer_than_the_horizon_is_made_good_too(api: Api) -> None:
    mentor = await given.mentor(api, weekly=DAILY, terms=TWO_WEEKS | {"horizon_days": 2})
    api.clock.forward(days=30)

    before = await starts(api, mentor)
    await api.run_jobs()

    assert before == []
    assert await starts(api, mentor) == at_ten(MONDAY + timedelta(days=31), 1)


async def test_a_clock_that_goes_back_leaves_slots_as_they_were(api: Api) -> None:
    mentor = await given.mentor(api, weekly=DAILY, terms=TWO_WEEKS)
    before = await starts(api, mentor)
    api.clock.forward(days=9)
    await api.run_jobs()
    remove = "mutation($id: ID!) { removeAvailability(input: {availabilityId: $id}) { userErrors { code } } }"
    found = await api.ask(
        "{ viewer { mentor { availability { id ... on WeeklyAvailability { weekday } } } } }", mentor
    )
    [tuesday] = [
        each["id"] for each in found["viewer"]["mentor"]["availability"] if each["weekday"] == "TUESDAY"
    ]
    await api.do(remove, mentor, id=tuesday)

    api.clock.forward(days=-9)
    await api.run_jobs()

    without_tuesdays = [each for each in before if each[8:10] not in {"03", "10"}]
    assert await starts(api, mentor) == without_tuesdays


async def test_small_batches_get_everybody_in_the_end(api: Api) -> None:
    mentors_ = [await given.mentor(api, weekly=DAILY, terms=TWO_WEEKS) for _ in range(5)]
    api.clock.forward(days=3)

    rounds = 0
    while await rebuilding.cut_further(api.house.doors):
        rounds += 1

    assert rounds == 1
    for mentor in mentors_:
        assert (await state(api, mentor)).cut_until == api.clock.now() + timedelta(days=16)


async def test_who_offers_nothing_is_not_looked_at(api: Api) -> None:
    without_blocks = await given.mentor(api, terms=TWO_WEEKS)
    pending = await given.applicant(api)

    api.clock.forward(days=3)

    assert (await state(api, without_blocks)).cut_again_at is None
    assert (await state(api, pending)).cut_again_at is None
    assert await rebuilding.cut_further(api.house.doors) == 0


async def test_the_next_slot_is_kept_as_notice_and_horizon_go_on(api: Api) -> None:
    often = await given.mentor(api, name="Often", weekly=DAILY, terms=TWO_WEEKS)
    once = await given.mentor(
        api, name="Once", weekly=[(Weekday.SUNDAY, 600, 660)], terms=TWO_WEEKS | {"horizon_days": 5}
    )

    async def order() -> list[str]:
        await api.run_jobs()
        nodes = (await api.ask(SOONEST))["mentors"]["nodes"]
        return [
            {id_of("Mentor", key(often)): "often", id_of("Mentor", key(once)): "once"}[each["id"]]
            for each in nodes
        ]

    assert await order() == ["often", "once"]
    assert not (await state(api, once)).is_open
    api.clock.forward(days=4, hours=1)  # Friday 10:00: Sunday has come into the horizon
    assert await order() == ["often", "once"]
    assert (await state(api, once)).next_slot_at == MONDAY + timedelta(days=6, hours=1)
    api.clock.forward(days=1, minutes=1)  # Saturday 10:01: Sunday is under the notice
    assert (await state(api, once)).is_open
    assert await order() == ["often", "once"]
    assert (await state(api, once)).next_slot_at == NEVER
    assert (await state(api, often)).next_slot_at == MONDAY + timedelta(days=7, hours=1)


async def test_looking_again_comes_to_an_end_at_every_instant(api: Api) -> None:
    mentor = await given.mentor(api, weekly=DAILY, terms=TWO_WEEKS)

    for instant in ("09:59:59", "10:00:00", "10:00:01"):
        api.clock.instant = datetime.fromisoformat(f"2026-03-05T{instant}+00:00")
        await api.run_jobs()
        is_offered_still = instant <= "10:00:00"
        day = 6 if is_offered_still else 7
        assert (await state(api, mentor)).next_slot_at == datetime.fromisoformat(
            f"2026-03-{day:02}T10:00:00+00:00"
        )
