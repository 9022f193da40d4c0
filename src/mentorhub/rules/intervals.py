"""Intervals: stretches of time between two instants, the first within and the last not."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol


class Spanning(Protocol):
    """Whatever lasts from one instant to another: an interval, the row of a slot, a booking or time off."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


class Interval(NamedTuple):
    """The instants from *starts_at* to before *ends_at*, both aware and in UTC."""

    starts_at: datetime
    ends_at: datetime


def overlap(one: Spanning, other: Spanning) -> bool:
    """Whether the two share an instant; touching is not overlapping."""
    return max(one.starts_at, other.starts_at) < min(one.ends_at, other.ends_at)


def gap(one: Spanning, other: Spanning) -> timedelta:
    """The true time from the end of the earlier to the start of the later; below zero where they overlap."""
    return max(one.starts_at - other.ends_at, other.starts_at - one.ends_at)


def clear_of(taken: Iterable[Spanning], intervals: Iterable[Interval]) -> list[Interval]:
    """Those of *intervals* that overlap none of *taken*, whole and in their order.

    *intervals* come sorted and do not overlap one another; *taken* comes as it likes.
    """
    barriers = iter(_merged(taken))
    barrier = next(barriers, None)
    clear = []
    for interval in intervals:
        while barrier and barrier.ends_at <= interval.starts_at:
            barrier = next(barriers, None)
        if barrier is None or interval.ends_at <= barrier.starts_at:
            clear.append(interval)
    return clear


def _merged(spans: Iterable[Spanning]) -> list[Interval]:
    """The same instants in as few intervals as possible, sorted; empty spans hold none."""
    merged: list[Interval] = []
    for span in sorted(
        Interval(span.starts_at, span.ends_at) for span in spans if span.starts_at < span.ends_at
    ):
        if merged and span.starts_at <= merged[-1].ends_at:
            merged[-1] = Interval(merged[-1].starts_at, max(span.ends_at, merged[-1].ends_at))
        else:
            merged.append(span)
    return merged
