"""No limits: nothing is taken, and everybody has everything left."""

from mentorhub.rates.charges import Allowance, Charge


class Unlimited:
    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance

    async def take(self, payer: str, cost: int) -> Charge:
        return Charge(self.allowance, payer, cost, self.allowance.points)

    def settle(self, charge: Charge, actual: int) -> None:
        """There is nothing to settle."""

    def fine(self, payer: str, points: int) -> None:
        """There is nothing to take from."""

    def wait_of(self, payer: str) -> int:
        return 0

    async def close(self) -> None:
        """There is nothing to close."""
