"""What this process has answered lately: how much, how fast, and how much of it failed."""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

WINDOW: Final = 300.0
"""Seconds that are looked back on."""
_STEP: Final = 5.0
"""Seconds that are forgotten together."""
_FINEST: Final = 0.000_05
_RATIO: Final = 1.05
"""Times are told to within so much."""
_CLASSES: Final = 290
_SCALE: Final = 1 / math.log(_RATIO)


class Figures(NamedTuple):
    uptime_seconds: float
    requests: int
    requests_per_second: float
    error_rate: float
    """Share of requests that failed, 0 to 1; 0 where there was none."""
    p50: float
    """Milliseconds within which half of them were answered; 0 where there was none."""
    p95: float
    p99: float


class _Step:
    __slots__ = ("began", "failed", "times", "total")

    def __init__(self, began: float) -> None:
        self.began = began
        self.total = 0
        self.failed = 0
        self.times = [0] * _CLASSES


class Traffic:
    """*clock* gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._steps: deque[_Step] = deque()

    def note(self, seconds: float, *, failed: bool) -> None:
        """An operation was answered after *seconds*."""
        now = self._clock()
        if not self._steps or now - self._steps[-1].began >= _STEP:
            self._forget(now)
            self._steps.append(_Step(now))
        step = self._steps[-1]
        step.total += 1
        step.failed += failed
        step.times[_class_of(seconds)] += 1

    def _forget(self, now: float) -> None:
        while self._steps and now - self._steps[0].began >= WINDOW:
            self._steps.popleft()

    def figures(self) -> Figures:
        now = self._clock()
        self._forget(now)
        uptime = now - self._began
        total = sum(step.total for step in self._steps)
        times = [sum(counts) for counts in zip(*(step.times for step in self._steps), strict=True)]
        return Figures(
            uptime_seconds=uptime,
            requests=total,
            requests_per_second=total / min(WINDOW, max(uptime, 1.0)),
            error_rate=sum(step.failed for step in self._steps) / total if total else 0.0,
            p50=_within(times, total, 0.50),
            p95=_within(times, total, 0.95),
            p99=_within(times, total, 0.99),
        )


def _class_of(seconds: float) -> int:
    if seconds <= _FINEST:
        return 0
    return min(_CLASSES - 1, math.ceil(math.log(seconds / _FINEST) * _SCALE))


def _within(times: list[int], total: int, share: float) -> float:
    """Milliseconds within which *share* of *total* were answered."""
    left = math.ceil(total * share)
    for index, count in enumerate(times):
        left -= count
        if left <= 0 and total:
            return round(_FINEST * _RATIO**index * 1000, 3)
    return 0.0
