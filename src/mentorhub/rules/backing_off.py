"""Backing off: how often something may be tried, and how long to wait after that."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Pace:
    """*times* at most in any span of the length *within*."""

    times: int
    within: timedelta

    def wait(self, made: Sequence[datetime], *, now: datetime) -> int:
        """The whole seconds to wait before another attempt, after those *made*, newest first; 0 for none."""
        if len(made) < self.times:
            return 0
        free = made[self.times - 1] + self.within
        return max(0, math.ceil((free - now).total_seconds()))


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long to wait after each try that failed; there is one try more than there are pauses.

    Each is drawn out or cut short by up to *spread* of it, so that what failed together is not tried together.
    """

    each: tuple[timedelta, ...]
    spread: float = 0.0

    def after(self, tries: int, *, chance: float = 0.5) -> timedelta | None:
        """The pause after so many *tries*; None where there is to be no other. *chance* is drawn from [0, 1)."""
        if tries > len(self.each):
            return None
        return self.each[tries - 1] * (1 + self.spread * (2 * chance - 1))


PER_ACCOUNT: Final = Pace(5, timedelta(minutes=15))
"""For one account from one address. Nothing turns it off."""
PER_ADDRESS: Final = Pace(100, timedelta(minutes=15))
"""For one address, whatever account; goes with the rate limits."""
REMEMBERED: Final = timedelta(minutes=15)
"""How long attempts must be kept."""
