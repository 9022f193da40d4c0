"""A process that lets others die in the middle of what they do: a child for each line of its standard input.

    python -m tests.concurrency.doomed sqlite:///… var/

A line is an operation and `after`: how many statements of its transaction the child executes before SIGKILL takes it;
the commit counts as one. The answer is how many it executed, when it came to its end alive instead. A line with `jobs`
names what the child does that is due, in place of an operation.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import orjson

from mentorhub.db.database import Database, Transaction
from mentorhub.db.statements import Change, Statement
from mentorhub.execution import Engine
from mentorhub.house import House
from mentorhub.passwords import Passwords
from mentorhub.resolvers import outbox, reminders, telling, webhook_hearing, webhook_sending
from mentorhub.schema import build_engine
from tests.api import WEAK_HASHES, Api, StandingClock
from tests.concurrency.worker import answer, settings_of

T = TypeVar("T")
JOBS = {
    "mail": (reminders.remind, telling.tell_some, outbox.send_due),
    "webhooks": (webhook_hearing.hear_some, webhook_sending.send_due),
}


class Fate:
    """Counts the statements that are still to be executed."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.done = 0

    def step(self) -> None:
        self.done += 1
        if self.done == self.after:
            os.kill(os.getpid(), signal.SIGKILL)


class Doomed:
    """A transaction in which fate strikes after a statement."""

    def __init__(self, transaction: Transaction, fate: Fate) -> None:
        self._transaction = transaction
        self._fate = fate

    async def all(self, statement: Statement[T], /, *, limit: int | None = None, **values: Any) -> list[T]:
        rows = await self._transaction.all(statement, limit=limit, **values)
        self._fate.step()
        return rows

    async def one(self, statement: Statement[T], /, *, limit: int | None = None, **values: Any) -> T | None:
        row = await self._transaction.one(statement, limit=limit, **values)
        self._fate.step()
        return row

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        count = await self._transaction.run(statement, **values)
        self._fate.step()
        return count

    async def many(
        self, statement: Statement[Any], rows: Sequence[Mapping[str, Any]], /, *others: Change
    ) -> None:
        await self._transaction.many(statement, rows, *others)
        self._fate.step()


def doom(database: Database, fate: Fate) -> None:
    """Lets *fate* follow whatever *database* writes."""
    write = database.write

    async def doomed(action: Callable[[Transaction], Awaitable[T]]) -> T:
        result = await write(lambda transaction: action(Doomed(transaction, fate)))
        fate.step()
        return result

    database.write = doomed  # type: ignore[method-assign]  # for this one process


async def live(url: str, folder: str, engine: Engine, told: dict[str, Any]) -> None:
    clock = StandingClock(datetime.fromisoformat(told["at"]))
    settings = settings_of(url, folder, **told.get("settings", {}))
    async with House(settings, clock=clock, passwords=Passwords(WEAK_HASHES)) as house:
        fate = Fate(told["after"])
        doom(house.doors.database, fate)
        if jobs := told.get("jobs"):
            while sum([await job(house.doors) for job in JOBS[jobs]]):
                pass
            said: dict[str, Any] = {}
        else:
            said = await answer(Api(house, engine, clock), {**told, "id": 0})
        sys.stdout.buffer.write(orjson.dumps(said | {"statements": fate.done}) + b"\n")
        sys.stdout.buffer.flush()


def main(url: str, folder: str) -> None:
    # Everything is made by now but what must not be shared: a child is there at once.
    engine = build_engine()
    sys.stdout.buffer.write(b"{}\n")
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        child = os.fork()
        if child == 0:
            asyncio.run(live(url, folder, engine, orjson.loads(line)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            sys.stdout.buffer.write(orjson.dumps({"killed": os.WTERMSIG(status)}) + b"\n")
            sys.stdout.buffer.flush()
        elif status:
            sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
