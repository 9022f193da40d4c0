"""Blocks of availability: time that a mentor offers each week or on one date, by the clock on the wall."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from mentorhub.rules import clock_readings
from mentorhub.rules.intervals import Interval

SHORTEST_MINUTES: Final = 15
"""How long a block is at least, by the wall clock, and a slot, in true time."""


class WeeklyBlock(NamedTuple):
    """[start, end) every week, on each such weekday from *valid_from* to *valid_until*, both included.

    *weekday* is 0 for Monday to 6 for Sunday; minutes count from midnight, 0 to 1440.
    """

    weekday: int
    start_minute: int
    end_minute: int
    valid_from: date
    valid_until: date | None = None

    def falls_on(self, day: date) -> bool:
        return (
            day.weekday() == self.weekday
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


class DatedBlock(NamedTuple):
    """[start, end) on one date; minutes count from midnight, 0 to 1440."""

    day: date
    start_minute: int
    end_minute: int

    def falls_on(self, day: date) -> bool:
        return day == self.day


Block = WeeklyBlock | DatedBlock


def runs(block: Block, day: date, zone: ZoneInfo) -> list[Interval]:
    """The unbroken runs of instants that *block* offers on *day*; none where it does not fall on it."""
    if not block.falls_on(day):
        return []
    return clock_readings.runs(zone, day, block.start_minute, block.end_minute)


def runs_between(
    start: datetime, end: datetime, blocks: Iterable[Block], zone: ZoneInfo
) -> Iterator[Interval]:
    """Every run of *blocks* that holds an instant from *start* to *end*, whole, and some runs around them.

    In the order of the dates, blocks of one date as they come. Each block has its own runs, also where two
    touch.
    """
    of_weekday: defaultdict[int, list[Block]] = defaultdict(list)
    of_date: defaultdict[date, list[Block]] = defaultdict(list)
    for block in blocks:
        if isinstance(block, WeeklyBlock):
            of_weekday[block.weekday].append(block)
        else:
            of_date[block.day].append(block)
    for day in clock_readings.days(start, end):
        for block in (*of_weekday[day.weekday()], *of_date[day]):
            yield from runs(block, day, zone)


def overlap(existing: Iterable[Block], block: Block, *, today: date) -> Block | None:
    """The first of *existing* whose wall-clock time meets that of *block* on any date from *today* on.

    Blocks that do not meet so have no instant in common either, in whatever zone.
    """
    return next((other for other in existing if _meet(other, block, today)), None)


def _meet(one: Block, other: Block, today: date) -> bool:
    return (
        one.start_minute < other.end_minute
        and other.start_minute < one.end_minute
        and _share_a_date(one, other, today)
    )


def _share_a_date(one: Block, other: Block, today: date) -> bool:
    if isinstance(one, DatedBlock):
        return one.day >= today and other.falls_on(one.day)
    if isinstance(other, DatedBlock):
        return _share_a_date(other, one, today)
    if one.weekday != other.weekday:
        return False
    first = max(today, one.valid_from, other.valid_from)
    last = min(one.valid_until or date.max, other.valid_until or date.max)
    days_to_weekday = (one.weekday - first.weekday()) % 7
    return (last - first) >= timedelta(days=days_to_weekday)
