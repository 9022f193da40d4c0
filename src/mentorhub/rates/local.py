"""Buckets in this process: one number each, the instant at which it will be full again."""

import time

from mentorhub.rates.charges import Allowance, Charge

_FEW = 10_000


class LocalRates:
    """A few microseconds an operation; forgets every bucket that is full."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self._full_at: dict[str, float] = {}
        self._sweep_beyond = _FEW
        self._clock = time.monotonic

    def __len__(self) -> int:
        return len(self._full_at)

    async def take(self, payer: str, cost: int) -> Charge:
        allowance, now = self.allowance, self._clock()
        left = allowance.points - self._missing(payer, now)
        taken = min(cost, allowance.points)
        if taken > left:
            return Charge(allowance, payer, cost, max(0, int(left)), allowance.waiting(taken - left))
        self._add(payer, taken, now)
        return Charge(allowance, payer, cost, int(left - taken))

    def settle(self, charge: Charge, actual: int) -> None:
        if not charge.wait:
            now = self._clock()
            self._add(charge.payer, actual - charge.taken, now)
            charge.remaining = max(0, int(self.allowance.points - self._missing(charge.payer, now)))

    def fine(self, payer: str, points: int) -> None:
        self._add(payer, points, self._clock())

    def wait_of(self, payer: str) -> int:
        if payer not in self._full_at:
            return 0
        beyond = self._missing(payer, self._clock()) - self.allowance.points
        return self.allowance.waiting(beyond) if beyond >= 0 else 0

    async def close(self) -> None:
        self._full_at.clear()

    def _missing(self, payer: str, now: float) -> float:
        return max(0.0, self._full_at.get(payer, now) - now) * self.allowance.restored

    def _add(self, payer: str, points: int, now: float) -> None:
        self._full_at[payer] = max(self._full_at.get(payer, now), now) + points / self.allowance.restored
        if len(self._full_at) > self._sweep_beyond:
            self._sweep(now)

    def _sweep(self, now: float) -> None:
        self._full_at = {payer: full_at for payer, full_at in self._full_at.items() if full_at > now}
        # So that what cannot be forgotten is not looked through again at once.
        self._sweep_beyond = max(_FEW, 2 * len(self._full_at))
