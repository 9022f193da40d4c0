from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from mentorhub.rules import zones
from mentorhub.rules.instants import NEVER
from mentorhub.rules.intervals import Interval
from mentorhub.rules.listing import offered_while
from mentorhub.rules.offering import Offer, is_offered
from mentorhub.rules.slots import SessionRules
from tests.rules.wall_clocks import MINUTE, at, interval, session_rules

NOON = at("2026-06-17 12:00")
RULES = SessionRules(session_minutes=60, buffer_minutes=30, minimum_notice_hours=24, horizon_days=7)
NINE, TEN_THIRTY, TWELVE = SLOTS = [
    interval("2026-06-17 09:00/10:00"),
    interval("2026-06-17 10:30/11:30"),
    interval("2026-06-17 12:00/13:00"),
]


class Request(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    respond_by: datetime


def test_a_slot_is_offered_from_the_horizon_to_the_notice_both_to_the_microsecond() -> None:
    [found] = offered_while([TEN_THIRTY], RULES)

    assert found.offered_from == at("2026-06-10 10:30") + timedelta(microseconds=1)
    assert found.offered_until == at("2026-06-16 10:30")


def test_a_slot_in_or_beside_a_pending_request_is_offered_from_its_expiry_on() -> None:
    respond_by = at("2026-06-15 08:00")
    held = Request(*TEN_THIRTY, respond_by)
    crowding = Request(*interval("2026-06-17 11:30/11:31"), respond_by + MINUTE)

    found = offered_while(SLOTS, RULES, pending=[crowding, held])

    assert [times.offered_from for times in found] == [
        at("2026-06-10 09:00") + timedelta(microseconds=1),
        respond_by + MINUTE,
        respond_by + MINUTE,
    ]


def test_an_expiry_before_the_horizon_is_reached_changes_nothing() -> None:
    early = Request(*TEN_THIRTY, at("2026-06-10 10:30"))

    assert offered_while([TEN_THIRTY], RULES, pending=[early]) == offered_while([TEN_THIRTY], RULES)


def test_a_slot_in_or_beside_a_booked_session_is_never_offered() -> None:
    held = Request(*NINE, at("2026-06-15 08:00"))

    found = offered_while(SLOTS, RULES, booked=[interval("2026-06-17 10:20/11:30")], pending=[held])

    assert [times.offered_from == NEVER for times in found] == [True, True, False]


@given(
    session_rules,
    st.lists(st.integers(-300, 300), min_size=2, max_size=8, unique=True).map(sorted),
    st.lists(st.tuples(st.integers(-400, 400), st.integers(1, 90), st.integers(-9000, 100)), max_size=3),
    st.lists(st.tuples(st.integers(-400, 400), st.integers(1, 90)), max_size=2),
    st.data(),
)
def test_a_row_is_offered_while_the_predicate_says_so(
    rules: SessionRules,
    edges: list[int],
    pending: list[tuple[int, int, int]],
    booked: list[tuple[int, int]],
    data: st.DataObject,
) -> None:
    slots = [Interval(NOON + start * MINUTE, NOON + end * MINUTE) for start, end in pairwise(edges)]
    requests = [Request(*_span(start, length), NOON + due * MINUTE) for start, length, due in pending]
    sessions = [_span(start, length) for start, length in booked]

    found = offered_while(slots, rules, pending=requests, booked=sessions)

    turns = [
        *(request.respond_by for request in requests),
        *(slot.starts_at - rules.horizon for slot in slots),
        *(slot.starts_at - rules.minimum_notice for slot in slots),
    ]
    now = data.draw(st.sampled_from(turns)) + data.draw(st.integers(-2, 2)) * timedelta.resolution
    offer = Offer(
        is_approved=True,
        is_accepting=True,
        zone=zones.zone("UTC"),
        rules=rules,
        held=[request for request in requests if request.respond_by > now],
        booked=sessions,
    )
    kept = [offered_from <= now <= offered_until for offered_from, offered_until in found]
    assert kept == [is_offered(slot, offer, now=now) for slot in slots]


def _span(start: int, length: int) -> Interval:
    return Interval(NOON + start * MINUTE, NOON + (start + length) * MINUTE)
