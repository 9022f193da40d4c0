"""What the database keeps of bookings in rows of slots is what the rules say."""

from datetime import datetime, timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, select

from mentorhub.db import offering
from mentorhub.db.database import Database, Transaction
from mentorhub.db.statements import Statement
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import KeyColumn
from mentorhub.rules.instants import NEVER
from mentorhub.rules.intervals import Interval
from mentorhub.rules.keys import Key
from mentorhub.rules.listing import offered_while
from mentorhub.rules.slots import SessionRules
from mentorhub.rules.vocabulary import BookingStatus, SlotStatus
from tests import rows
from tests.api import MONDAY
from tests.counting import rows_written

MINUTE = timedelta(minutes=1)
EVER = Interval(MONDAY, MONDAY + timedelta(days=200))

_MENTOR = bindparam("mentor", type_=KeyColumn())


class Kept(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    status: SlotStatus
    offered_from: datetime
    offered_until: datetime


class Next(NamedTuple):
    next_slot_at: datetime
    next_slot_until: datetime | None
    is_open: bool


SLOTS = Statement(
    select(*(slots.c[name] for name in Kept._fields))
    .where(slots.c.mentor_id == _MENTOR)
    .order_by(slots.c.starts_at),
    Kept,
)
NEXT = Statement(select(*(mentors.c[name] for name in Next._fields)).where(mentors.c.id == _MENTOR), Next)


class Taken(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    respond_by: datetime | None


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Interval], list[Taken]]:
    """Slots that follow each other, and bookings that do, of those slots or of other times."""

    def pieces(shortest: int) -> list[Interval]:
        at, found = MONDAY + draw(st.integers(0, 90)) * 15 * MINUTE, []
        for length, pause in draw(
            st.lists(st.tuples(st.integers(shortest, 90), st.integers(0, 60)), max_size=5)
        ):
            found.append(Interval(at, at + length * MINUTE))
            at += (length + pause) * MINUTE
        return found

    open_ = pieces(15)
    taken = draw(st.lists(st.sampled_from(open_), unique=True) if open_ else st.just([])) or pieces(15)
    answers = st.none() | st.integers(-300, 300).map(lambda by: MONDAY + by * MINUTE)
    return open_, [Taken(*time, draw(answers)) for time in taken]


rules = st.builds(
    SessionRules,
    session_minutes=st.none(),
    buffer_minutes=st.sampled_from([0, 5, 30, 120]),
    minimum_notice_hours=st.sampled_from([0, 1, 24]),
    horizon_days=st.sampled_from([1, 2, 180]),
)


async def _given(database: Database, rule: SessionRules, open_: list[Interval], taken: list[Taken]) -> Key:
    mentor = await rows.mentor(
        database,
        buffer_minutes=rule.buffer_minutes,
        minimum_notice_hours=rule.minimum_notice_hours,
        horizon_days=rule.horizon_days,
    )
    keys = {
        time: await rows.slot(
            database, mentor, *time, offered_from=NEVER, offered_until=time.starts_at - rule.minimum_notice
        )
        for time in open_
    }
    for time in taken:
        await rows.booking(
            database,
            mentor,
            time.starts_at,
            time.ends_at,
            slot_id=keys.get(Interval(time.starts_at, time.ends_at)),
            status=BookingStatus.PENDING if time.respond_by else BookingStatus.CONFIRMED,
            respond_by=time.respond_by,
        )
    return mentor


@given(day=days(), rule=rules)
async def test_slots_are_offered_from_when_the_rules_say(
    database: Database, day: tuple[list[Interval], list[Taken]], rule: SessionRules
) -> None:
    open_, taken = day
    mentor = await _given(database, rule, open_, taken)

    await database.write(lambda transaction: offering.refresh(transaction, {mentor: EVER}))

    expected = offered_while(
        open_,
        rule,
        pending=[time for time in taken if time.respond_by],  # type: ignore[misc]  # they have one
        booked=[time for time in taken if not time.respond_by],
    )
    kept = await database.reader.all(SLOTS, mentor=mentor)
    assert [(row.offered_from, row.offered_until) for row in kept] == expected
    by_time = {(time.starts_at, time.ends_at): time for time in taken}
    for row in kept:
        own = by_time.get((row.starts_at, row.ends_at))
        assert row.status == ("OPEN" if own is None else "HELD" if own.respond_by else "BOOKED")


@given(day=days(), rule=rules, later=st.integers(0, 3000))
async def test_the_next_slot_is_right_until_the_instant_that_is_kept(
    database: Database, day: tuple[list[Interval], list[Taken]], rule: SessionRules, later: int
) -> None:
    open_, taken = day
    mentor = await _given(database, rule, open_, taken)
    await database.write(lambda transaction: offering.refresh(transaction, {mentor: EVER}))

    await database.write(lambda transaction: offering.set_next(transaction, [mentor], now=MONDAY))

    [kept] = await database.reader.all(NEXT, mentor=mentor)
    assert kept.next_slot_until is not None
    now = MONDAY + later * MINUTE
    if now < kept.next_slot_until:
        offered = [
            row.starts_at
            for row in await database.reader.all(SLOTS, mentor=mentor)
            if row.status != "BOOKED" and row.offered_from <= now <= row.offered_until
        ]
        assert kept.next_slot_at == min(offered, default=NEVER)
        assert kept.is_open == bool(offered)


async def test_a_booking_that_goes_touches_one_row(database: Database) -> None:
    mentor = await rows.mentor(database)
    times = [Interval(MONDAY + n * 60 * MINUTE, MONDAY + (n + 1) * 60 * MINUTE) for n in range(30, 36)]
    for time in times:
        await rows.slot(database, mentor, *time, offered_from=MONDAY - timedelta(days=90))
    await database.write(lambda transaction: offering.refresh(transaction, {mentor: EVER}))
    await rows.booking(database, mentor, *times[2])

    async def refresh(transaction: Transaction) -> int:
        before = await rows_written(transaction, "slots")
        await offering.refresh(transaction, {mentor: times[2]})
        return await rows_written(transaction, "slots") - before

    assert await database.write(refresh) == 1
