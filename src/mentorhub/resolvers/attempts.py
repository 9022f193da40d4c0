"""Attempts to get in, and to have mails sent: counted before they are made, in a transaction of their own.

So many at once are no more than the same number one after the other; and what an attempt leads to may fail, or be
undone, without its being forgotten.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from mentorhub.db import attempts, locks
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.rules.accounts import network
from mentorhub.rules.backing_off import PER_ACCOUNT, PER_ADDRESS, Pace
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import RateLimited

SIGN_IN: Final = "sign in"
"""Every proof of a password, signed in or not."""
SIGN_UP: Final = "sign up"
VERIFICATION: Final = "verification"
RESET: Final = "reset"
NEW_EMAIL: Final = "new email"
TOKEN: Final = "token"  # noqa: S105 -- the showing of one, not one
"""Every showing of a token from a mail."""

_ANYBODY: Final = "anybody"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was counted: forgive it if what came of it was right."""

    keys: tuple[Key, ...]


async def begin(desk: Desk, what: str, *, account: str | None) -> Attempt:
    """Counts an attempt at *what* on *account*, an address as it is compared, from where the viewer is.

    Raises RateLimited, and counts nothing, where there were too many. Where no *account* is known, only those of
    the address count.
    """
    return await desk.do(_begin, what, _counted(desk, account))


async def forgive(work: Work, attempt: Attempt) -> None:
    await attempts.forgive(work.transaction, list(attempt.keys))


def _counted(desk: Desk, account: str | None) -> dict[str, Pace]:
    """Under which names the attempt is counted, and what each of them allows."""
    address = network(desk.origin.address)
    counted = {}
    if account is not None:
        counted[_sealed(desk.doors.secret, account, address)] = PER_ACCOUNT
    if desk.settings.rate_limits == "on":
        counted[_sealed(desk.doors.secret, _ANYBODY, address)] = PER_ADDRESS
    return counted


def _sealed(secret: bytes, account: str, address: str) -> str:
    """A name that says nothing of whom it stands for."""
    return hmac.new(
        secret, f"{account}\n{address}".encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()


async def _begin(work: Work, what: str, counted: dict[str, Pace]) -> Attempt:
    await locks.hold(work.transaction, *(Key(f"{what} {who}") for who in counted))
    waits = [
        pace.wait(
            await attempts.latest(
                work.reader, what, who, since=work.now - pace.within, now=work.now, limit=pace.times
            ),
            now=work.now,
        )
        for who, pace in counted.items()
    ]
    if longest := max(waits, default=0):
        raise RateLimited(seconds=longest)
    return Attempt(tuple([await attempts.add(work.transaction, what, who, at=work.now) for who in counted]))
