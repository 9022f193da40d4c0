"""What an operation is charged: points, taken from a bucket that fills again by itself."""

from dataclasses import dataclass
from math import ceil
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Allowance:
    """A bucket holds *points*; *restored* of them come back each second."""

    points: int = 5_000
    restored: int = 100

    def waiting(self, missing: float) -> int:
        """Whole seconds until *missing* points have come back; never 0, which would mean that none is missing."""
        return max(1, ceil(missing / self.restored))


@dataclass(slots=True)
class Charge:
    """What one operation took. *wait* is 0, or else it took nothing and may come back after so many seconds."""

    allowance: Allowance
    payer: str
    cost: int
    """The estimate. What is taken of it is at most a whole bucket, so that a full one admits any operation."""
    remaining: int
    wait: int = 0

    @property
    def taken(self) -> int:
        return 0 if self.wait else min(self.cost, self.allowance.points)

    @property
    def reset(self) -> int:
        """Whole seconds until the bucket is full, if nothing more is taken."""
        return ceil((self.allowance.points - self.remaining) / self.allowance.restored)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The header fields that tell of it, as the IETF's draft names them."""
        allowance = self.allowance
        lines = [
            (b"ratelimit", b'"points";r=%d;t=%d' % (self.remaining, self.reset)),
            (
                b"ratelimit-policy",
                b'"points";q=%d;w=%d' % (allowance.points, allowance.waiting(allowance.points)),
            ),
        ]
        if self.wait:
            lines.append((b"retry-after", b"%d" % self.wait))
        return lines


class Rates(Protocol):
    """The buckets. A *payer* is any text."""

    allowance: Allowance

    async def take(self, payer: str, cost: int) -> Charge:
        """Takes *cost* points, or none where not so many are left."""
        ...

    def settle(self, charge: Charge, actual: int) -> None:
        """Gives back what *charge* took beyond *actual*, or takes what it took too little; never waits."""
        ...

    def fine(self, payer: str, points: int) -> None:
        """Takes *points* whether they are left or not; never waits."""
        ...

    def wait_of(self, payer: str) -> int:
        """Whole seconds until *payer* has anything left, as far as is known without asking; 0 if now."""
        ...

    async def close(self) -> None: ...
