"""Clocks as they are read minute by minute, and availability to try on them.

The readings know nothing of offsets and transitions: they ask what a clock shows at each minute of true time.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from mentorhub.rules import zones
from mentorhub.rules.blocks import Block, DatedBlock, WeeklyBlock, overlap
from mentorhub.rules.intervals import Interval
from mentorhub.rules.slots import SessionRules

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)


def at(text: str) -> datetime:
    """`2026-03-08 07:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def interval(text: str) -> Interval:
    """`2026-03-08 23:00/01:00`, in UTC; the end is the next such time after the start."""
    start, end = text.split("/")
    starts_at = at(start)
    ends_at = datetime.combine(starts_at.date(), time.fromisoformat(end), UTC)
    return Interval(starts_at, ends_at if ends_at > starts_at else ends_at + DAY)


def minutes(text: str) -> tuple[int, int]:
    """`09:00-24:00`, as minutes from midnight."""
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in text.split("-"))
    return start, end


def weekly(day: str, text: str, *, since: str = "2020-01-01", until: str | None = None) -> WeeklyBlock:
    """Every week on the weekday of the date *day*."""
    return WeeklyBlock(
        date.fromisoformat(day).weekday(),
        *minutes(text),
        date.fromisoformat(since),
        date.fromisoformat(until) if until else None,
    )


def dated(day: str, text: str) -> DatedBlock:
    return DatedBlock(date.fromisoformat(day), *minutes(text))


def runs_by_the_minute(zone: ZoneInfo, day: date, start: int, end: int) -> list[Interval]:
    """The runs of minutes at which a clock in *zone* reads [start, end) on *day*."""
    found: list[Interval] = []
    for minute in _minutes_around(day):
        reading = minute.astimezone(zone)
        if reading.date() != day or not start <= reading.hour * 60 + reading.minute < end:
            continue
        if found and found[-1].ends_at == minute:
            found[-1] = Interval(found[-1].starts_at, minute + MINUTE)
        else:
            found.append(Interval(minute, minute + MINUTE))
    return found


def slots_by_counting(runs: list[Interval], rules: SessionRules) -> list[Interval]:
    """How many sessions and the buffers between them fit into each run, and where each begins."""
    if rules.session_minutes is None:
        return [run for run in runs if _length(run) >= 15]
    stride = rules.session_minutes + rules.buffer_minutes
    return [
        Interval(
            run.starts_at + n * stride * MINUTE, run.starts_at + (n * stride + rules.session_minutes) * MINUTE
        )
        for run in runs
        for n in range((_length(run) + rules.buffer_minutes) // stride)
    ]


@cache
def days_of_change(name: str) -> list[date]:
    """The dates, and those beside them, at which the offset of a zone changes."""
    zone = zones.zone(name)
    offsets = [
        (day, datetime.combine(day, time.min, UTC).astimezone(zone).utcoffset()) for day in _days(FIRST, LAST)
    ]
    changes = [day for (day, before), (_, after) in pairwise(offsets) if before != after]
    return [day + near * DAY for day in changes for near in (-1, 0, 1)]


zone_names = st.sampled_from(sorted(zones.names()))


@st.composite
def days_in_zones(draw: st.DrawFn) -> tuple[ZoneInfo, date]:
    """A zone and a date from 2024 to 2030, mostly beside a change of the offset where there is any."""
    name = draw(zone_names)
    anywhere = st.dates(FIRST, LAST)
    near = days_of_change(name)
    return zones.zone(name), draw(st.sampled_from(near) | anywhere if near else anywhere)


@st.composite
def spans_of_the_wall(draw: st.DrawFn, shortest: int = 15) -> tuple[int, int]:
    """Start and end in minutes, mostly in the hours in which clocks change."""
    start = draw(st.integers(0, 240) | st.integers(0, 1440 - shortest))
    end = draw(st.integers(start + shortest, min(start + 300, 1440)) | st.just(1440))
    return start, end


@st.composite
def blocks_near(draw: st.DrawFn, day: date, most: int = 6) -> list[Block]:
    """Blocks that do not overlap, all falling on dates near *day*."""
    kept: list[Block] = []
    for _ in range(draw(st.integers(1, most))):
        near = day + draw(st.integers(-2, 2)) * DAY
        start, end = draw(spans_of_the_wall())
        until = draw(st.none() | st.just(near) | st.just(near + 7 * DAY))
        block: Block = draw(
            st.just(DatedBlock(near, start, end))
            | st.just(WeeklyBlock(near.weekday(), start, end, near - 7 * DAY, until))
        )
        if overlap(kept, block, today=date.min) is None:
            kept.append(block)
    return kept


session_rules = st.builds(
    SessionRules,
    session_minutes=st.none() | st.integers(15, 240) | st.sampled_from([15, 30, 60]),
    buffer_minutes=st.just(0) | st.integers(0, 120),
    minimum_notice_hours=st.integers(0, 30),
    horizon_days=st.integers(1, 5),
)


def _minutes_around(day: date) -> Iterator[datetime]:
    midnight = datetime.combine(day, time.min, UTC)
    return (midnight + minute * MINUTE for minute in range(-26 * 60, 50 * 60))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + n * DAY for n in range((last - first).days + 1))


def _length(run: Interval) -> int:
    return (run.ends_at - run.starts_at) // MINUTE
