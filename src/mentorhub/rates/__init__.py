"""How much each may ask for: buckets of points, in this process or shared through Redis."""

from mentorhub.rates.charges import Allowance, Charge, Rates
from mentorhub.rates.local import LocalRates
from mentorhub.rates.shared import SharedRates
from mentorhub.rates.unlimited import Unlimited

__all__ = ["Allowance", "Charge", "Rates", "open_rates"]


def open_rates(allowance: Allowance, *, are_on: bool = True, redis_url: str | None = None) -> Rates:
    """The buckets; those in Redis need not be reachable yet."""
    if not are_on:
        return Unlimited(allowance)
    return SharedRates(allowance, redis_url) if redis_url else LocalRates(allowance)
