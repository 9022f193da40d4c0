"""Buckets that several processes share through Redis; this process's own while Redis is away.

One round trip an operation: what has to be given back goes along with whatever is taken next, or by itself soon after.
"""

import asyncio
import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from mentorhub.rates.charges import Allowance, Charge
from mentorhub.rates.local import LocalRates

if TYPE_CHECKING:
    from redis.asyncio import Redis

_log: Final = logging.getLogger("mentorhub.rates")
_PATIENCE: Final = 0.25
"""Seconds that an operation waits for Redis, at most."""
_AGAIN: Final = 5.0
"""Seconds after which Redis is asked again once it did not answer."""
_SOON: Final = 0.05
"""Seconds for which what is given back may wait for something to go along with."""
_PREFIX: Final = "mentorhub:rate:"

# By Redis's own clock, so that machines need not agree on theirs. A key holds the instant at which it may be forgotten.
_TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local points, restored, cost, more = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local full_at = math.max(now, (tonumber(redis.call('GET', KEYS[1])) or now) + more / restored)
local left = points - (full_at - now) * restored
local missing = cost - left
if cost > 0 and missing <= 0 then
  full_at = full_at + cost / restored
  left = left - cost
end
if full_at > now then
  redis.call('SET', KEYS[1], string.format('%.6f', full_at), 'EX', math.ceil(full_at - now) + 1)
else
  redis.call('DEL', KEYS[1])
end
return {tostring(left), tostring(missing)}
"""


class SharedRates:
    """As LocalRates, for all processes that have the same Redis."""

    def __init__(self, allowance: Allowance, url: str) -> None:
        import redis.asyncio

        self.allowance = allowance
        self._own = LocalRates(allowance)
        self._redis: Redis = redis.asyncio.from_url(
            url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
        )
        self._script = self._redis.register_script(_TAKE)
        self._away_until: float | None = None
        self._owed: dict[str, int] = {}
        self._spent_until: dict[str, float] = {}
        self._paying: asyncio.Task[None] | None = None

    async def take(self, payer: str, cost: int) -> Charge:
        if self._is_away():
            return await self._own.take(payer, cost)
        taken, owed = min(cost, self.allowance.points), self._owed.pop(payer, 0)
        answer = await self._ask(payer, taken, owed)
        if answer is None:
            self._owe(payer, owed)
            return await self._own.take(payer, cost)
        left, missing = answer
        if missing > 0:
            wait = self.allowance.waiting(missing)
            if left <= 0:
                self._remember_spent(payer, -left)
            return Charge(self.allowance, payer, cost, max(0, int(left)), wait)
        return Charge(self.allowance, payer, cost, max(0, int(left)))

    def settle(self, charge: Charge, actual: int) -> None:
        if charge.wait:
            return
        if self._is_away():
            self._own.settle(charge, actual)
            return
        more = actual - charge.taken
        charge.remaining = max(0, min(self.allowance.points, charge.remaining - more))
        self._owe(charge.payer, more)

    def fine(self, payer: str, points: int) -> None:
        # Here too, so that whoever does nothing else is turned away without asking Redis.
        self._own.fine(payer, points)
        self._owe(payer, points)

    def wait_of(self, payer: str) -> int:
        spent_until = self._spent_until.get(payer)
        if spent_until is not None:
            beyond = spent_until - time.monotonic()
            if beyond > 0:
                return self.allowance.waiting(beyond * self.allowance.restored)
            del self._spent_until[payer]
        return self._own.wait_of(payer)

    async def close(self) -> None:
        if self._paying is not None:
            self._paying.cancel()
            with suppress(asyncio.CancelledError):
                await self._paying
        await self._redis.aclose()

    def _is_away(self) -> bool:
        return self._away_until is not None and time.monotonic() < self._away_until

    def _remember_spent(self, payer: str, missing: float) -> None:
        if len(self._spent_until) > 10_000:
            self._spent_until.clear()
        self._spent_until[payer] = time.monotonic() + missing / self.allowance.restored

    async def _ask(self, payer: str, cost: int, more: int) -> tuple[float, float] | None:
        """What is left and what is missing; None where Redis does not answer."""
        from redis.exceptions import RedisError

        allowance = self.allowance
        try:
            arguments: list[Any] = [allowance.points, allowance.restored, cost, more]
            left, missing = await self._script(keys=[_PREFIX + payer], args=arguments)
        except (RedisError, OSError, TimeoutError) as error:
            if self._away_until is None:
                _log.warning(
                    "Redis is away (%s): rate limits are this process's own until it is back",
                    type(error).__name__,
                )
            self._away_until = time.monotonic() + _AGAIN
            return None
        if self._away_until is not None:
            self._away_until = None
            _log.warning("Redis is back: rate limits are shared again")
        return float(left), float(missing)

    def _owe(self, payer: str, points: int) -> None:
        if points:
            self._owed[payer] = self._owed.get(payer, 0) + points
            if self._paying is None or self._paying.done():
                self._paying = asyncio.create_task(self._pay(), name="points given back")

    async def _pay(self) -> None:
        await asyncio.sleep(_SOON)
        while self._owed and not self._is_away():
            payer = next(iter(self._owed))
            points = self._owed.pop(payer)
            if await self._ask(payer, 0, points) is None:
                break
        # What Redis was to hear of while it was away has been this process's own business.
        if self._is_away():
            self._owed.clear()
