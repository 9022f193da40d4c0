"""The clock: runs what nobody asks for, each job once for all processes.

A job is due by the true time, so that a sandbox whose clock was moved goes on working; what it finds to do is due
by the service's clock, `doors.clock.now()`.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from secrets import token_hex
from typing import Final

from mentorhub.db import jobs as claims
from mentorhub.db.clock import Clock
from mentorhub.resolvers.desk import Doors
from mentorhub.rules.instants import NEVER

_log: Final = logging.getLogger("mentorhub.jobs")
_TRUE: Final = Clock()
_ASK_AGAIN: Final = 0.05
"""Seconds between two looks whether another process is done with a job."""
_ROUNDS: Final = 1000
_SKEW: Final = timedelta(minutes=1)
"""By so much the clocks of two machines may differ and nothing is made of it."""
_GIVEN_BACK_WITHIN: Final = 5.0
"""Seconds: whoever stops the service does not wait for a database that hangs."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again.

    *run* does what is due, some of it at a time, and says how much it did: it is called until it says 0. It must
    stand being killed at any step, and running again from there. *claims_itself* is for a job that several processes
    may run at once, since it claims each thing that it works on. *at_most* is how long another process waits for one
    that has died.
    """

    name: str
    run: Callable[[Doors], Awaitable[int]]
    every: timedelta
    claims_itself: bool = False
    at_most: timedelta = timedelta(minutes=10)
    rest: float = 0.02
    """Seconds, after each step: what comes meanwhile is done in one, which costs little more than each by itself."""
    share: float = 1.0
    """Of the time; it rests after each step for so long that it takes no more, since whoever asks goes before.

    For what works rather than waits for others outside.
    """


class Clockwork:
    """Runs *jobs*, each by its own task, when it is due or rung (`doors.chimes`)."""

    def __init__(self, doors: Doors, jobs: Sequence[Job]) -> None:
        self._doors = doors
        self._jobs = tuple(jobs)
        self._turns = {job.name: asyncio.Lock() for job in jobs}
        self._holder = token_hex(8)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self._declare()
        self._tasks = [asyncio.create_task(self._keep(job), name=f"job: {job.name}") for job in self._jobs]

    async def stop(self) -> None:
        """Stops at once; what was under way goes on where it stood, in whichever process comes next."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def run_all(self) -> None:
        """Runs every job, due or not, until none of them finds anything to do: what one does may be another's work.

        Waits for a job that another process has just begun. Raises what a job raised, once the others had their turn.
        """
        await self._declare()
        for _ in range(_ROUNDS):
            done = [await self._tried(job) for job in self._jobs]
            if failed := [outcome for outcome in done if isinstance(outcome, Exception)]:
                raise failed[0]
            if not any(done):
                return

    async def _tried(self, job: Job) -> int | Exception:
        # What is under way is waited for, and may have made work for others.
        under_way = self._turns[job.name].locked()
        try:
            return await self._attend(job, anyway=True, hurries=True) + under_way
        except Exception as error:  # noqa: BLE001 -- raised by the caller
            return error

    async def _declare(self) -> None:
        now = _TRUE.now()
        for job in self._jobs:
            if not job.claims_itself:
                await self._doors.database.write(partial(claims.declare, name=job.name, now=now))

    async def _keep(self, job: Job) -> None:
        rung = False
        while True:
            try:
                await self._attend(job, anyway=rung)
            except Exception:  # noqa: BLE001 -- logged whole
                # Whatever it is, it may be over next time; nobody else would run the job.
                _log.exception("the job %s failed", job.name)
            # Processes that started together should not go on asking together.
            pause = job.every.total_seconds() * random.uniform(1.0, 1.1)  # nosec B311  # noqa: S311 -- no secret
            rung = await self._doors.chimes.wait(job.name, seconds=pause)

    async def _attend(self, job: Job, *, anyway: bool = False, hurries: bool = False) -> int:
        """How much *job* did; 0 where it rests or another process has it, unless it is to run *anyway*.

        Where it *hurries* it takes all the time there is.
        """
        async with self._turns[job.name]:
            if job.claims_itself:
                return await self._run(job, hurries=hurries)
            while not await self._claimed(job, anyway=anyway):
                if not anyway:
                    return 0
                await asyncio.sleep(_ASK_AGAIN)
            try:
                return await self._run(job, hurries=hurries)
            finally:
                try:
                    await asyncio.shield(self._release(job))
                except Exception:  # noqa: BLE001 -- logged whole
                    # The claim runs out by itself. A stop that came meanwhile must not be lost for it.
                    _log.exception("the job %s could not be given back", job.name)

    async def _run(self, job: Job, *, hurries: bool) -> int:
        # What is left is found next time: neither work nor rest must outlive a claim.
        began = time.monotonic()
        until = began + job.at_most.total_seconds() / 2
        done = 0
        while some := await job.run(self._doors):
            done += some
            now = time.monotonic()
            rest = 0.0 if hurries else max(job.rest, (now - began) * (1 / job.share - 1))
            if now + rest >= until:
                break
            if rest:
                await asyncio.sleep(rest)
            began = time.monotonic()
        return done

    async def _claimed(self, job: Job, *, anyway: bool) -> bool:
        now = _TRUE.now()
        return await self._doors.database.write(
            lambda transaction: claims.claim(
                transaction,
                job.name,
                holder=self._holder,
                now=now,
                until=now + job.at_most,
                due=NEVER if anyway else now,
                latest=now + job.every + _SKEW,
            )
        )

    async def _release(self, job: Job) -> None:
        now = _TRUE.now()
        async with asyncio.timeout(_GIVEN_BACK_WITHIN):
            await self._doors.database.write(
                lambda transaction: claims.release(
                    transaction, job.name, holder=self._holder, now=now, due=now + job.every
                )
            )
