"""From which limits on the service is DEGRADED, or DOWN."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from mentorhub.rules.vocabulary import HealthStatus

SLOW_DATABASE: Final = 0.25
"""Seconds that a short read may take."""
LATE_EVENTS: Final = 5.0
"""Seconds that the log's reader may lie behind; from a minute on, nobody hears anything in time."""
LOST_EVENTS: Final = 60.0
LATE_MAIL: Final = timedelta(minutes=5)
"""How long a mail may be on its way; from an hour on, links in it may have ended when they arrive."""
LOST_MAIL: Final = timedelta(hours=1)
MANY_ERRORS: Final = 0.01
"""Share of requests that may fail; from half of them on, the service is as good as away."""
MOSTLY_ERRORS: Final = 0.5
FEWEST: Final = 20
"""Of fewer requests no share is told."""
SLOW_ANSWERS: Final = 1000.0
"""Milliseconds within which 95 of 100 are answered."""

_WORST_FIRST: Final = tuple(reversed(HealthStatus))


def worst(statuses: Iterable[HealthStatus]) -> HealthStatus:
    found = set(statuses)
    return next((status for status in _WORST_FIRST if status in found), HealthStatus.OK)


def _graded(value: float, degraded: float, down: float) -> HealthStatus:
    if value >= down:
        return HealthStatus.DOWN
    return HealthStatus.DEGRADED if value >= degraded else HealthStatus.OK


def of_database(seconds: float | None) -> HealthStatus:
    """*seconds* that a short read took; None where it failed."""
    return HealthStatus.DOWN if seconds is None else _graded(seconds, SLOW_DATABASE, float("inf"))


def of_events(lag_seconds: float, *, is_reading: bool) -> HealthStatus:
    return _graded(lag_seconds, LATE_EVENTS, LOST_EVENTS) if is_reading else HealthStatus.DOWN


def of_mail(waiting: timedelta) -> HealthStatus:
    """*waiting*: how long the oldest mail has been on its way."""
    return _graded(waiting / LATE_MAIL, 1.0, LOST_MAIL / LATE_MAIL)


def of_answers(*, requests: int, error_rate: float, p95: float) -> HealthStatus:
    if requests < FEWEST:
        return HealthStatus.OK
    slow = HealthStatus.DEGRADED if p95 >= SLOW_ANSWERS else HealthStatus.OK
    return worst([slow, _graded(error_rate, MANY_ERRORS, MOSTLY_ERRORS)])
