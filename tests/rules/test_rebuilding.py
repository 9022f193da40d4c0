from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from mentorhub.rules.instants import NEVER
from mentorhub.rules.intervals import Interval
from mentorhub.rules.keys import Key
from mentorhub.rules.rebuilding import (
    Changes,
    Wanted,
    changes,
    cut_again_at,
    cut_until,
    latest_cut_again_at,
    wanted,
)
from mentorhub.rules.slots import SessionRules
from mentorhub.rules.vocabulary import SlotStatus
from tests.rules.wall_clocks import MINUTE, at, interval

MIDNIGHT = at("2026-06-15 00:00")
RULES = SessionRules(session_minutes=60, minimum_notice_hours=2, horizon_days=7)


class Row(NamedTuple):
    id: Key
    starts_at: datetime
    ends_at: datetime
    status: SlotStatus
    offered_from: datetime
    offered_until: datetime
    terms: int


class Request(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    respond_by: datetime


def slots(*clocks: str) -> list[Interval]:
    return [interval(f"2026-06-15 {clock}") for clock in clocks]


def open_slots(*clocks: str) -> list[Wanted]:
    return wanted(slots(*clocks), RULES, pending=[], booked=[])


def row(name: str, of: Wanted, *, status: SlotStatus | None = None) -> Row:
    return Row(Key(name), of.starts_at, of.ends_at, status or of.status, *of[3:])


def test_a_slot_that_stays_keeps_its_row_as_it_is() -> None:
    nine, ten = open_slots("09:00/10:00", "10:00/11:00")

    assert changes([row("nine", nine), row("ten", ten)], [nine, ten]) == Changes([], [], [])


def test_what_is_wanted_no_more_closes_and_what_is_new_opens() -> None:
    nine, ten, eleven = open_slots("09:00/10:00", "10:00/11:00", "11:00/12:00")

    assert changes([row("ten", ten), row("nine", nine)], [ten, eleven]) == Changes(
        [Key("nine")], [], [eleven]
    )


def test_the_same_start_with_another_end_is_another_slot() -> None:
    [nine], halves = open_slots("09:00/10:00"), open_slots("09:00/09:30", "09:30/10:00")

    assert changes([row("nine", nine)], halves) == Changes([Key("nine")], [], halves)


def test_a_slot_that_is_wanted_again_comes_back_under_its_key() -> None:
    [nine] = open_slots("09:00/10:00")

    found = changes([row("nine", nine, status=SlotStatus.CLOSED)], [nine])

    assert found == Changes([], [(Key("nine"), nine)], [])


def test_what_is_closed_and_not_wanted_is_left_alone() -> None:
    [nine] = open_slots("09:00/10:00")

    assert changes([row("nine", nine, status=SlotStatus.CLOSED)], []) == Changes([], [], [])


def test_a_taken_slot_that_is_not_wanted_is_closed_and_what_overlaps_it_waits_for_its_booking() -> None:
    [nine] = open_slots("09:00/10:00")
    request = Request(nine.starts_at, nine.ends_at, at("2026-06-14 12:00"))

    late, ten = wanted(slots("09:30/10:00", "10:00/10:30"), RULES, pending=[request], booked=[])
    found = changes([row("nine", nine, status=SlotStatus.HELD)], [late, ten])

    assert found == Changes([Key("nine")], [], [late, ten])
    assert late.offered_from == request.respond_by
    assert ten.offered_from < request.respond_by


def test_a_row_says_who_holds_its_slot_and_on_which_terms_it_is_offered() -> None:
    nine, ten, eleven = slots("09:00/10:00", "10:00/11:00", "11:00/12:00")
    request = Request(*nine, at("2026-06-14 12:00"))

    found = wanted([nine, ten, eleven], RULES, pending=[request], booked=[ten])

    assert [each.status for each in found] == ["HELD", "BOOKED", "OPEN"]
    assert [each.offered_from for each in found[:2]] == [request.respond_by, NEVER]
    assert {each.terms for each in found} == {2_007}


@st.composite
def apart(draw: st.DrawFn) -> list[Interval]:
    """Intervals of a few minutes that do not overlap, sorted."""
    edges = draw(st.lists(st.integers(0, 30), max_size=14, unique=True).map(sorted))
    pairs = [(start, end) for start, end in pairwise(edges) if draw(st.booleans())]
    return [Interval(MIDNIGHT + a * MINUTE, MIDNIGHT + b * MINUTE) for a, b in pairs]


@given(apart(), apart(), st.lists(st.sampled_from(SlotStatus), min_size=14, max_size=14))
def test_a_rebuild_is_whole_and_settled(
    before: list[Interval], after: list[Interval], statuses: list[SlotStatus]
) -> None:
    rows = [
        row(f"{number}", each, status=statuses[number])
        for number, each in enumerate(wanted(before, RULES, pending=[], booked=[]))
    ]
    aim = wanted(after, RULES, pending=[], booked=[])

    found = changes(rows, aim)

    aims = dict(found.changed)
    settled = [row(each.id, aims[each.id]) if each.id in aims else each for each in rows]
    settled = [
        each._replace(status=SlotStatus.CLOSED) if each.id in found.closed else each for each in settled
    ]
    settled += [row(f"new {number}", each) for number, each in enumerate(found.opened)]
    standing = sorted(each[1:] for each in settled if each.status is not SlotStatus.CLOSED)
    assert standing == [tuple(each) for each in aim]
    assert changes(settled, aim) == Changes([], [], [])


@given(st.uuids(version=4).map(str))
def test_slots_are_cut_again_long_before_the_horizon_passes_the_last(name: str) -> None:
    now, key = MIDNIGHT, Key(name)

    again = cut_again_at(now, key)

    assert timedelta(hours=18) < again - now <= timedelta(hours=24)
    assert cut_until(now, RULES) - (again + RULES.horizon) >= timedelta(hours=24)
    assert again <= latest_cut_again_at(now)
    assert again > latest_cut_again_at(now - timedelta(hours=25))
