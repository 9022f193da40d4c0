from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorhub.rules import clock_readings, zones
from mentorhub.rules.intervals import Interval
from tests.rules.wall_clocks import (
    DAY,
    days_in_zones,
    days_of_change,
    interval,
    minutes,
    runs_by_the_minute,
    spans_of_the_wall,
    zone_names,
)

READINGS = [
    # New York leaps from 02:00 to 03:00, at 07:00 UTC …
    ("America/New_York", "2026-03-08", "01:00-04:00", ["2026-03-08 06:00/08:00"]),
    ("America/New_York", "2026-03-08", "02:30-04:00", ["2026-03-08 07:00/08:00"]),
    ("America/New_York", "2026-03-08", "01:00-02:30", ["2026-03-08 06:00/07:00"]),
    ("America/New_York", "2026-03-08", "02:00-03:00", []),
    ("America/New_York", "2026-03-08", "09:00-10:00", ["2026-03-08 13:00/14:00"]),
    ("America/New_York", "2026-03-07", "09:00-10:00", ["2026-03-07 14:00/15:00"]),
    # … and falls back from 02:00 to 01:00, at 06:00 UTC.
    ("America/New_York", "2026-11-01", "01:00-04:00", ["2026-11-01 05:00/09:00"]),
    ("America/New_York", "2026-11-01", "01:00-02:00", ["2026-11-01 05:00/07:00"]),
    ("America/New_York", "2026-11-01", "00:30-01:30", ["2026-11-01 04:30/05:30", "2026-11-01 06:00/06:30"]),
    ("America/New_York", "2026-11-01", "01:30-02:30", ["2026-11-01 05:30/06:00", "2026-11-01 06:30/07:30"]),
    ("America/New_York", "2026-11-01", "02:00-04:00", ["2026-11-01 07:00/09:00"]),
    # The day ends at 24:00.
    ("America/New_York", "2026-07-01", "22:30-24:00", ["2026-07-02 02:30/04:00"]),
    ("America/New_York", "2026-07-02", "00:00-01:30", ["2026-07-02 04:00/05:30"]),
    # Half and quarter hours; half an hour of daylight saving.
    ("Asia/Kathmandu", "2026-06-15", "09:00-10:00", ["2026-06-15 03:15/04:15"]),
    ("Australia/Lord_Howe", "2026-04-05", "01:00-03:00", ["2026-04-04 14:00/16:30"]),
    (
        "Australia/Lord_Howe",
        "2026-04-05",
        "01:45-02:15",
        ["2026-04-04 14:45/15:00", "2026-04-04 15:15/15:45"],
    ),
    ("Australia/Lord_Howe", "2026-10-04", "01:00-03:00", ["2026-10-03 14:30/16:00"]),
    ("Australia/Lord_Howe", "2026-10-04", "02:00-02:30", []),
    # Days that begin at one o'clock, have midnight twice, or end at eleven or at twelve twice.
    ("Africa/Cairo", "2026-04-24", "00:00-02:00", ["2026-04-23 22:00/23:00"]),
    ("Africa/Cairo", "2026-04-24", "00:00-01:00", []),
    ("America/Havana", "2026-03-08", "00:00-24:00", ["2026-03-08 05:00/04:00"]),
    ("America/Havana", "2026-03-08", "00:30-01:30", ["2026-03-08 05:00/05:30"]),
    ("America/Havana", "2025-11-02", "00:00-01:00", ["2025-11-02 04:00/06:00"]),
    ("America/Nuuk", "2026-03-28", "22:00-24:00", ["2026-03-29 00:00/01:00"]),
    ("America/Nuuk", "2026-10-24", "22:00-24:00", ["2026-10-24 23:00/02:00"]),
    ("America/Nuuk", "2026-10-24", "23:30-24:00", ["2026-10-25 00:30/01:00", "2026-10-25 01:30/02:00"]),
    ("America/Nuuk", "2026-10-25", "00:00-01:00", ["2026-10-25 02:00/03:00"]),
    # The far ends of the calendar, and a date that Samoa never had.
    ("Pacific/Kiritimati", "2026-06-15", "09:00-10:00", ["2026-06-14 19:00/20:00"]),
    ("Pacific/Pago_Pago", "2026-06-15", "09:00-10:00", ["2026-06-15 20:00/21:00"]),
    ("Pacific/Apia", "2011-12-29", "09:00-10:00", ["2011-12-29 19:00/20:00"]),
    ("Pacific/Apia", "2011-12-30", "00:00-24:00", []),
    ("Pacific/Apia", "2011-12-31", "09:00-10:00", ["2011-12-30 19:00/20:00"]),
]


@pytest.mark.parametrize(("zone", "day", "wall", "expected"), READINGS)
def test_these_clocks_read_so(zone: str, day: str, wall: str, expected: list[str]) -> None:
    found = clock_readings.runs(zones.zone(zone), date.fromisoformat(day), *minutes(wall))

    assert found == [interval(text) for text in expected]


@given(days_in_zones(), spans_of_the_wall(shortest=1))
def test_the_runs_are_those_that_a_look_at_each_minute_finds(
    place: tuple[ZoneInfo, date], wall: tuple[int, int]
) -> None:
    zone, day = place

    found = clock_readings.runs(zone, day, *wall)

    assert found == runs_by_the_minute(zone, day, *wall)


@given(days_in_zones(), st.lists(st.integers(0, 1440), min_size=3, max_size=3, unique=True).map(sorted))
def test_times_apart_on_the_wall_are_apart_in_truth_and_add_up(
    place: tuple[ZoneInfo, date], cuts: list[int]
) -> None:
    start, middle, end = cuts

    former = clock_readings.runs(*place, start, middle)
    latter = clock_readings.runs(*place, middle, end)
    whole = clock_readings.runs(*place, start, end)

    apart = sorted([*former, *latter])
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(apart))
    assert _total(former) + _total(latter) == _total(whole)


@given(days_in_zones(), st.integers(0, 86_399))
def test_the_days_of_an_instant_hold_the_date_on_every_wall(
    place: tuple[ZoneInfo, date], second: int
) -> None:
    zone, day = place
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second)

    found = list(clock_readings.days(instant, instant + DAY))

    assert {instant.astimezone(zone).date(), (instant + DAY).astimezone(zone).date()} <= set(found)
    assert found == sorted(set(found))
    assert len(found) == 4


def test_the_ends_of_the_calendar_are_left_out() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

    assert list(clock_readings.days(first, first)) == []
    assert list(clock_readings.days(last, last)) == []
    assert next(clock_readings.days(first, last)) == clock_readings.FIRST_DATE
    assert list(clock_readings.days(last - 6 * DAY, last))[-1] == clock_readings.LAST_DATE


@pytest.mark.parametrize("day", [clock_readings.FIRST_DATE, clock_readings.LAST_DATE])
@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def test_the_first_and_the_last_date_can_be_read_everywhere(name: str, day: date) -> None:
    [run] = clock_readings.runs(zones.zone(name), day, 0, 1440)

    assert run.starts_at.astimezone(zones.zone(name)).date() == day


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Africa/Monrovia", date(1972, 1, 7)),
        ("Europe/Amsterdam", date(1937, 7, 1)),
        ("Asia/Manila", date(1844, 12, 31)),
    ],
)
def test_offsets_of_old_times_to_the_second_do_no_harm(name: str, day: date) -> None:
    zone = zones.zone(name)

    for run in clock_readings.runs(zone, day, 0, 1440):
        assert run.starts_at.astimezone(zone).date() == day
        assert (run.starts_at - timedelta(seconds=1)).astimezone(zone).date() != day
        assert run.ends_at.astimezone(zone).date() != day


@given(zone_names)
def test_no_zone_changes_twice_within_three_days(name: str) -> None:
    changes = days_of_change(name)[1::3]

    assert all(later - earlier > 3 * DAY for earlier, later in pairwise(changes))


def test_what_is_kept_of_zones_and_dates_is_bounded() -> None:
    assert clock_readings.stretches.cache_parameters()["maxsize"] == 16_384


def _total(runs: list[Interval]) -> timedelta:
    return sum((run.ends_at - run.starts_at for run in runs), timedelta())
