from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorhub.rules import zones
from mentorhub.rules.blocks import Block, DatedBlock, WeeklyBlock, overlap, runs, runs_between
from tests.rules.wall_clocks import (
    DAY,
    at,
    blocks_near,
    dated,
    days_in_zones,
    interval,
    minutes,
    spans_of_the_wall,
    weekly,
)

TODAY = date(2026, 3, 2)
"""A Monday."""


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-03-01", False),
        ("2026-03-02", True),
        ("2026-03-03", False),
        ("2026-03-09", True),
        ("2026-03-16", True),
        ("2026-03-23", False),
        ("2026-02-23", False),
    ],
)
def test_a_weekly_block_falls_on_its_weekday_from_the_first_date_to_the_last(
    day: str,
    expected: bool,  # noqa: FBT001 -- a table
) -> None:
    block = weekly("2026-03-02", "09:00-10:00", since="2026-03-02", until="2026-03-16")

    assert block.falls_on(date.fromisoformat(day)) is expected


def test_a_weekly_block_without_a_last_date_falls_on_its_weekday_for_ever() -> None:
    assert weekly("2026-03-02", "09:00-10:00").falls_on(TODAY + 7_000 * DAY)


def test_a_dated_block_falls_on_its_date_alone() -> None:
    block = dated("2026-03-02", "09:00-10:00")

    assert [near for near in range(-8, 8) if block.falls_on(TODAY + near * DAY)] == [0]


def test_a_block_has_runs_on_the_dates_it_falls_on_alone() -> None:
    block = weekly("2026-03-08", "02:30-04:00")
    new_york = zones.zone("America/New_York")

    assert runs(block, date(2026, 3, 8), new_york) == [interval("2026-03-08 07:00/08:00")]
    assert runs(block, date(2026, 3, 9), new_york) == []
    assert runs(block, date(2026, 3, 15), new_york) == [interval("2026-03-15 06:30/08:00")]


def test_the_runs_between_two_instants_hold_those_of_every_block() -> None:
    blocks: list[Block] = [
        weekly("2026-06-15", "09:00-10:00"),
        weekly("2026-06-15", "10:00-11:00"),
        dated("2026-06-16", "00:00-24:00"),
    ]

    found = runs_between(
        at("2026-06-14 18:00"), at("2026-06-15 20:00"), blocks, zones.zone("Pacific/Kiritimati")
    )

    assert list(found) == [
        interval("2026-06-14 19:00/20:00"),
        interval("2026-06-14 20:00/21:00"),
        interval("2026-06-15 10:00/10:00"),
    ]


MEETINGS = [
    # Weekly beside weekly.
    (weekly("2026-03-02", "09:00-10:00"), weekly("2026-03-02", "09:59-11:00"), True),
    (weekly("2026-03-02", "09:00-10:00"), weekly("2026-03-02", "10:00-11:00"), False),
    (weekly("2026-03-02", "09:00-12:00"), weekly("2026-03-02", "10:00-11:00"), True),
    (weekly("2026-03-02", "09:00-10:00"), weekly("2026-03-03", "09:00-10:00"), False),
    # … however far away they meet, and if it is on one date only.
    (weekly("2026-03-02", "09:00-10:00"), weekly("2026-03-02", "09:00-10:00", since="2031-01-01"), True),
    (
        weekly("2026-03-02", "09:00-10:00", until="2026-03-30"),
        weekly("2026-03-02", "09:00-10:00", since="2026-03-30"),
        True,
    ),
    (
        weekly("2026-03-02", "09:00-10:00", until="2026-03-30"),
        weekly("2026-03-02", "09:00-10:00", since="2026-03-24"),
        True,
    ),
    (
        weekly("2026-03-02", "09:00-10:00", until="2026-03-29"),
        weekly("2026-03-02", "09:00-10:00", since="2026-03-24"),
        False,
    ),
    (
        weekly("2026-03-02", "09:00-10:00", until="2026-03-23"),
        weekly("2026-03-02", "09:00-10:00", since="2026-03-24"),
        False,
    ),
    # … but not before today.
    (weekly("2026-03-02", "09:00-10:00", until="2026-03-01"), weekly("2026-03-02", "09:00-10:00"), False),
    (weekly("2026-03-02", "09:00-10:00", until="2026-03-02"), weekly("2026-03-02", "09:00-10:00"), True),
    # A date beside a week.
    (dated("2026-03-09", "09:00-10:00"), weekly("2026-03-02", "09:30-11:00"), True),
    (dated("2026-03-09", "09:00-10:00"), weekly("2026-03-02", "10:00-11:00"), False),
    (dated("2026-03-10", "09:00-10:00"), weekly("2026-03-02", "09:00-10:00"), False),
    (dated("2026-03-09", "09:00-10:00"), weekly("2026-03-02", "09:00-10:00", since="2026-03-10"), False),
    (dated("2026-03-09", "09:00-10:00"), weekly("2026-03-02", "09:00-10:00", until="2026-03-08"), False),
    (dated("2026-02-23", "09:00-10:00"), weekly("2026-03-02", "09:00-10:00"), False),
    (dated("2026-03-02", "09:00-10:00"), weekly("2026-03-02", "09:00-10:00"), True),
    # A date beside a date.
    (dated("2026-03-09", "09:00-10:00"), dated("2026-03-09", "09:30-09:45"), True),
    (dated("2026-03-09", "09:00-10:00"), dated("2026-03-09", "10:00-11:00"), False),
    (dated("2026-03-09", "09:00-10:00"), dated("2026-03-10", "09:00-10:00"), False),
    (dated("2026-03-01", "09:00-10:00"), dated("2026-03-01", "09:00-10:00"), False),
    # The end of the calendar.
    (WeeklyBlock(4, 0, 60, date.max), WeeklyBlock(4, 0, 60, date.max), True),
    (WeeklyBlock(5, 0, 60, date.max), WeeklyBlock(5, 0, 60, date.max), False),
]


@pytest.mark.parametrize(("one", "other", "expected"), MEETINGS)
def test_blocks_overlap_when_their_walls_meet_on_a_date_from_today_on(
    one: Block,
    other: Block,
    expected: bool,  # noqa: FBT001 -- a table
) -> None:
    assert (overlap([one], other, today=TODAY) is not None) is expected
    assert (overlap([other], one, today=TODAY) is not None) is expected


def test_the_first_block_that_is_met_is_told() -> None:
    apart = dated("2026-03-09", "08:00-09:00")
    first, second = dated("2026-03-09", "09:00-10:00"), dated("2026-03-09", "10:00-11:00")

    assert overlap([apart, first, second], weekly("2026-03-09", "09:30-10:30"), today=TODAY) == first
    assert overlap([apart, second, first], weekly("2026-03-09", "09:30-10:30"), today=TODAY) == second
    assert overlap([], first, today=TODAY) is None


@st.composite
def blocks_of_a_month(draw: st.DrawFn) -> Block:
    start, end = draw(spans_of_the_wall())
    near = TODAY + draw(st.integers(-10, 20)) * DAY
    if draw(st.booleans()):
        return DatedBlock(near, start, end)
    until = draw(st.none() | st.integers(0, 20).map(lambda days: near + days * DAY))
    return WeeklyBlock(draw(st.integers(0, 6)), start, end, near, until)


@given(blocks_of_a_month(), blocks_of_a_month())
def test_overlap_finds_what_a_look_at_each_date_finds(one: Block, other: Block) -> None:
    dates = [TODAY + n * DAY for n in range(60)]
    meets_at_all = set(range(one.start_minute, one.end_minute)) & set(
        range(other.start_minute, other.end_minute)
    )

    found = overlap([one], other, today=TODAY)

    shared = [day for day in dates if one.falls_on(day) and other.falls_on(day)]
    assert (found is one) is bool(meets_at_all and shared)


@given(days_in_zones(), st.data())
def test_blocks_that_do_not_overlap_have_no_instant_in_common(
    place: tuple[ZoneInfo, date], data: st.DataObject
) -> None:
    zone, day = place
    blocks = data.draw(blocks_near(day))

    found = sorted(
        run
        for block in blocks
        for near in range(-3, 4)
        for run in runs(block, day + timedelta(days=near), zone)
    )

    assert all(one.ends_at <= other.starts_at for one, other in pairwise(found))


def test_minutes_are_read_from_the_wall() -> None:
    assert minutes("09:30-24:00") == (570, 1440)
