from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorhub.rules import zones
from mentorhub.rules.blocks import Block
from mentorhub.rules.intervals import Interval, overlap
from mentorhub.rules.slots import BOUNDS, SessionRules, cut, slots_between
from tests.rules.wall_clocks import (
    DAY,
    MINUTE,
    at,
    blocks_near,
    dated,
    days_in_zones,
    interval,
    runs_by_the_minute,
    session_rules,
    slots_by_counting,
    weekly,
)

CUTS = [
    # New York, 01:00–04:00: two hours when clocks leap, four when they fall back.
    (
        "America/New_York",
        "2026-03-08",
        "01:00-04:00",
        30,
        0,
        ["06:00/06:30", "06:30/07:00", "07:00/07:30", "07:30/08:00"],
    ),
    ("America/New_York", "2026-03-08", "01:00-04:00", 60, 0, ["06:00/07:00", "07:00/08:00"]),
    ("America/New_York", "2026-03-08", "02:30-04:00", 30, 0, ["07:00/07:30", "07:30/08:00"]),
    (
        "America/New_York",
        "2026-11-01",
        "01:00-04:00",
        60,
        0,
        ["05:00/06:00", "06:00/07:00", "07:00/08:00", "08:00/09:00"],
    ),
    (
        "America/New_York",
        "2026-11-01",
        "01:00-04:00",
        30,
        0,
        [
            "05:00/05:30",
            "05:30/06:00",
            "06:00/06:30",
            "06:30/07:00",
            "07:00/07:30",
            "07:30/08:00",
            "08:00/08:30",
            "08:30/09:00",
        ],
    ),
    # Two runs are cut each on its own: 00:30–01:30 once, and its second half again.
    ("America/New_York", "2026-11-01", "00:30-01:30", 60, 0, ["04:30/05:30"]),
    ("America/New_York", "2026-11-01", "00:30-01:30", 30, 0, ["04:30/05:00", "05:00/05:30", "06:00/06:30"]),
    ("America/New_York", "2026-11-01", "00:30-01:30", None, 0, ["04:30/05:30", "06:00/06:30"]),
    # Without a session length a run of at least 15 minutes is one slot.
    ("America/New_York", "2026-11-01", "00:45-01:15", None, 0, ["04:45/05:15", "06:00/06:15"]),
    ("America/New_York", "2026-11-01", "00:45-01:14", None, 0, ["04:45/05:14"]),
    ("America/New_York", "2026-11-01", "01:00-04:00", None, 0, ["05:00/09:00"]),
    # Half an hour of daylight saving.
    ("Australia/Lord_Howe", "2026-04-06", "00:00-01:00", 60, 0, ["13:30/14:30"]),
    ("Australia/Lord_Howe", "2026-10-03", "23:00-24:00", 60, 0, ["12:30/13:30"]),
    # Buffers stand between sessions, not after the last; what is left over is dropped.
    ("UTC", "2026-06-15", "09:00-12:00", 60, 0, ["09:00/10:00", "10:00/11:00", "11:00/12:00"]),
    ("UTC", "2026-06-15", "09:00-12:00", 60, 15, ["09:00/10:00", "10:15/11:15"]),
    ("UTC", "2026-06-15", "09:00-12:00", 50, 15, ["09:00/09:50", "10:05/10:55", "11:10/12:00"]),
    ("UTC", "2026-06-15", "09:00-12:00", 51, 15, ["09:00/09:51", "10:06/10:57"]),
    ("UTC", "2026-06-15", "09:00-09:59", 60, 0, []),
    ("UTC", "2026-06-15", "09:00-10:00", None, 120, ["09:00/10:00"]),
    ("Asia/Kathmandu", "2026-06-15", "09:00-10:00", 45, 0, ["03:15/04:00"]),
    ("Africa/Cairo", "2026-04-25", "00:00-01:00", 30, 0, ["21:00/21:30", "21:30/22:00"]),
]


@pytest.mark.parametrize(("zone", "day", "wall", "session", "buffer", "expected"), CUTS)
def test_a_block_is_cut_so(
    zone: str, day: str, wall: str, session: int | None, buffer: int, expected: list[str]
) -> None:
    rules = SessionRules(session_minutes=session, buffer_minutes=buffer)
    noon = at(f"{day} 12:00")

    found = slots_between(
        noon - DAY, noon + DAY, blocks=[dated(day, wall)], time_off=[], zone=zones.zone(zone), rules=rules
    )

    assert [f"{slot.starts_at:%H:%M}/{slot.ends_at:%H:%M}" for slot in found] == expected


def test_kiritimati_and_pago_pago_read_one_wall_clock_a_day_and_an_hour_apart() -> None:
    first, second = (
        slots_between(
            at("2026-06-13 00:00"),
            at("2026-06-18 00:00"),
            blocks=[dated("2026-06-15", "09:00-10:00")],
            time_off=[],
            zone=zones.zone(name),
            rules=SessionRules(60),
        )
        for name in ("Pacific/Kiritimati", "Pacific/Pago_Pago")
    )

    assert first == [interval("2026-06-14 19:00/20:00")]
    assert second == [interval("2026-06-15 20:00/21:00")]


def _slots(
    *blocks: Block,
    session: int | None = 60,
    buffer: int = 0,
    time_off: tuple[Interval, ...] = (),
    start: datetime = at("2026-06-15 00:00"),  # noqa: B008 -- immutable
    end: datetime = at("2026-06-16 00:00"),  # noqa: B008 -- immutable
) -> list[str]:
    rules = SessionRules(session, buffer)
    found = slots_between(start, end, blocks=blocks, time_off=time_off, zone=zones.zone("UTC"), rules=rules)
    return [f"{slot.starts_at:%H:%M}" for slot in found]


def test_touching_blocks_are_cut_each_on_its_own() -> None:
    latter, former = dated("2026-06-15", "10:30-12:00"), dated("2026-06-15", "09:00-10:30")

    assert _slots(latter, former) == ["09:00", "10:30"]
    assert _slots(latter, former, session=45, buffer=10) == ["09:00", "10:30"]


def test_slots_are_sorted_whatever_the_order_of_the_blocks() -> None:
    evening, morning = dated("2026-06-15", "18:00-19:00"), weekly("2026-06-15", "08:00-09:00")

    assert _slots(evening, morning) == ["08:00", "18:00"]
    assert _slots(morning, evening) == ["08:00", "18:00"]


def test_the_window_takes_in_its_start_and_not_its_end_and_does_not_shift_the_cutting() -> None:
    block = dated("2026-06-15", "09:00-13:00")

    assert _slots(block, start=at("2026-06-15 10:00"), end=at("2026-06-15 12:00")) == ["10:00", "11:00"]
    assert _slots(block, start=at("2026-06-15 09:30"), end=at("2026-06-15 11:30")) == ["10:00", "11:00"]
    assert _slots(block, start=at("2026-06-15 12:00"), end=at("2026-06-15 09:00")) == []


def test_time_off_takes_every_slot_it_overlaps_and_does_not_shift_the_cutting() -> None:
    block = dated("2026-06-15", "09:00-14:00")

    lunch = interval("2026-06-15 10:30/12:00")
    holiday = interval("2026-06-15 12:59/13:00")

    assert _slots(block, time_off=(lunch,)) == ["09:00", "12:00", "13:00"]
    assert _slots(block, time_off=(holiday, lunch, lunch)) == ["09:00", "13:00"]


def test_the_defaults_are_those_of_the_rules() -> None:
    rules = SessionRules()

    assert rules.session is None
    assert rules.buffer == timedelta(0)
    assert rules.minimum_notice == timedelta(hours=24)
    assert rules.horizon == timedelta(days=60)
    assert BOUNDS == {
        "session_minutes": (15, 240),
        "buffer_minutes": (0, 120),
        "minimum_notice_hours": (0, 336),
        "horizon_days": (1, 180),
    }


@given(days_in_zones(), st.data(), session_rules)
def test_slots_are_those_counted_out_of_the_minutes_on_the_wall(
    place: tuple[ZoneInfo, date], data: st.DataObject, rules: SessionRules
) -> None:
    zone, day = place
    blocks = data.draw(blocks_near(day, most=3))
    start = at(f"{day} 00:00") + data.draw(st.integers(-1500, 1500)) * MINUTE
    end = start + data.draw(st.integers(0, 2000)) * MINUTE
    off_at = start + data.draw(st.integers(-100, 1000)) * MINUTE
    off = Interval(off_at, off_at + data.draw(st.integers(1, 600)) * MINUTE)

    found = slots_between(start, end, blocks=blocks, time_off=[off], zone=zone, rules=rules)

    expected = sorted(
        slot
        for near in range(-4, 5)
        for block in blocks
        if block.falls_on(day + near * DAY)
        for slot in slots_by_counting(
            runs_by_the_minute(zone, day + near * DAY, block.start_minute, block.end_minute), rules
        )
        if start <= slot.starts_at < end and not overlap(slot, off)
    )
    assert found == expected
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(found))


@given(st.integers(0, 2000), session_rules)
def test_cutting_leaves_the_buffer_and_no_room_for_one_more(length: int, rules: SessionRules) -> None:
    start = at("2026-06-15 00:00")
    run = Interval(start, start + length * MINUTE)

    slots = cut([run], rules)

    assert slots == slots_by_counting([run], rules)
    if rules.session and slots:
        assert run.ends_at - slots[-1].ends_at < rules.buffer + rules.session
        assert all(later.starts_at - one.ends_at == rules.buffer for one, later in pairwise(slots))
