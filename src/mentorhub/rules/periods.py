"""Periods of days: a window cut into days, weeks from Monday on, or months, in UTC."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from mentorhub.rules.vocabulary import Interval

_DAY: Final = timedelta(days=1)


def _day_after(day: date) -> date:
    return day + _DAY


def _next_monday(day: date) -> date:
    return day + (7 - day.weekday()) * _DAY


def _next_month(day: date) -> date:
    return (day.replace(day=1) + 32 * _DAY).replace(day=1)


_NEXT: Final[dict[Interval, Callable[[date], date]]] = {
    Interval.DAY: _day_after,
    Interval.WEEK: _next_monday,
    Interval.MONTH: _next_month,
}


def starts_of(since: date, until: date, interval: Interval) -> list[date]:
    """The first days of the periods of [*since*, *until*). What the window cuts off of the first or last is missing."""
    starts = []
    start = since
    while start < until:
        starts.append(start)
        start = _NEXT[interval](start)
    return starts
