"""Clock readings: which instants are meant when somebody says “from nine to five on that date, on my wall”.

An instant belongs to [start, end) on a date if, and only if, a clock in the zone reads so at that instant.
Nothing here adds hours to a midnight: minutes that a clock skips are not there, minutes it shows twice are
there twice, and a date it never shows has none (rules: Time).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from mentorhub.rules.intervals import Interval

DAY_MINUTES: Final = 1440
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_MINUTES: Final = tuple(timedelta(minutes=minute) for minute in range(DAY_MINUTES + 1))

# Far enough from the ends of Python's calendar for every sum below, in every zone.
FIRST_DATE: Final = date.min + 4 * _DAY
LAST_DATE: Final = date.max - 4 * _DAY


class Stretch(NamedTuple):
    """A time during which the clocks of a zone keep one offset from UTC."""

    starts_at: datetime
    ends_at: datetime
    offset: timedelta


def runs(zone: ZoneInfo, day: date, start_minute: int, end_minute: int) -> list[Interval]:
    """The unbroken runs of instants at which clocks of *zone* read [start, end) on *day*, soonest first.

    Minutes count from the midnight of the wall clock, 0 to 1440. None in a gap, two in some folds.
    *day* lies between FIRST_DATE and LAST_DATE.
    """
    midnight = datetime.combine(day, time.min, UTC)
    start, end = midnight + _MINUTES[start_minute], midnight + _MINUTES[end_minute]
    found: list[Interval] = []
    for begins, ceases, offset in stretches(zone, day):
        starts_at, ends_at = max(start - offset, begins), min(end - offset, ceases)
        if starts_at >= ends_at:
            continue
        # A clock that jumps within the block does not break the run: time itself goes on.
        if found and found[-1].ends_at == starts_at:
            starts_at = found.pop().starts_at
        found.append(Interval(starts_at, ends_at))
    return found


@lru_cache(maxsize=16_384)
def stretches(zone: ZoneInfo, day: date) -> tuple[Stretch, ...]:
    """The stretches of the time in which any clock of *zone* could read *day*, soonest first.

    Offsets are below a day, so that three days are enough; zones never change twice within them
    (since 1900 the two changes nearest to each other are a week apart).
    """
    midnight = datetime.combine(day, time.min, UTC)
    first, last = midnight - _DAY, midnight + 2 * _DAY
    before, after = _offset(zone, first), _offset(zone, last)
    if before == after:
        return _steady(before)
    change = _change(zone, first, last)
    return Stretch(first, change, before), Stretch(change, last, after)


def days(start: datetime, end: datetime) -> Iterator[date]:
    """At least every date that some clock on earth reads at some instant from *start* to *end*, in order.

    The dates at the very ends of Python's calendar are left out.
    """
    first = max(start.astimezone(UTC).toordinal() - 1, FIRST_DATE.toordinal())
    last = min(end.astimezone(UTC).toordinal() + 1, LAST_DATE.toordinal())
    return map(date.fromordinal, range(first, last + 1))


@lru_cache(maxsize=256)
def _steady(offset: timedelta) -> tuple[Stretch, ...]:
    return (Stretch(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), offset),)


def _change(zone: ZoneInfo, first: datetime, last: datetime) -> datetime:
    """The one instant in (*first*, *last*] at which the offset of *zone* changes, to the second."""
    before = _offset(zone, first)
    while last - first > _SECOND:
        middle = first + (last - first) // _SECOND // 2 * _SECOND
        if _offset(zone, middle) == before:
            first = middle
        else:
            last = middle
    return last


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
