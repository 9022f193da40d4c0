"""Processes that are killed in the middle of a move: it is done, whole, or it never was."""

import asyncio
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from mentorhub.db import locks
from tests.api import MONDAY, Api
from tests.bookings.scene import FIRST, MUTATIONS, Scene, a_scene, slot_id
from tests.concurrency.processes import Asked, told
from tests.feedback.words import LEAVE
from tests.recount import ACCOUNTS, everything, faults

EVERY: Final = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
"""Whether to die after each statement of a move, or after some of them."""
MOVES: Final = (
    "requestBooking", "confirmBooking", "declineBooking", "cancelBooking", "rescheduleBooking", "setMeetingUrl",
    "setMentorNotes", "completeBooking", "leaveFeedback",
)  # fmt: skip


class Cradle:
    """A process that gives birth to those who die; see `doomed.py`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def at(cls, url: str, folder: Path) -> "Cradle":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.concurrency.doomed",
            url,
            str(folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
        )
        cradle = cls(process)
        assert await cradle.hear() == {}
        return cradle

    async def hear(self) -> dict[str, Any]:
        assert self.process.stdout
        async with asyncio.timeout(60):
            said: dict[str, Any] = orjson.loads(await self.process.stdout.readline())
        return said

    async def ask(self, asked: Asked, *, at: datetime, after: int) -> dict[str, Any]:
        """What becomes of a process that is killed *after* so many statements, or what it answers."""
        said = {"text": asked.text, "viewer": told(asked.viewer), "variables": asked.variables}
        return await self.say(said, at=at, after=after)

    async def work(self, jobs: str = "mail", *, at: datetime, after: int, **settings: Any) -> dict[str, Any]:
        """As `ask`, of a process that reminds, tells and mails, or does other *jobs* of `doomed`."""
        return await self.say({"jobs": jobs, "settings": settings}, at=at, after=after)

    async def say(self, said: dict[str, Any], *, at: datetime, after: int) -> dict[str, Any]:
        line = {**said, "at": at.isoformat(), "after": after}
        assert self.process.stdin
        self.process.stdin.write(orjson.dumps(line) + b"\n")
        return await self.hear()

    async def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert await self.process.wait() == 0


REPEATABLE: Final = {"requestBooking", "setMeetingUrl", "setMentorNotes"}
"""What can be done twice, and is done once."""


async def test_a_move_is_done_or_never_was_wherever_its_process_dies(
    api: Api, database_url: str, tmp_path: Path
) -> None:
    cradle = await Cradle.at(database_url, tmp_path)
    deaths = 0

    for name in MOVES:
        after = 1
        while True:
            scene, asked = await about_to(api, name)
            before = await state(scene)

            said = await cradle.ask(asked, at=api.clock.now(), after=after)

            if "killed" not in said:
                assert said["codes"] == [], (name, said)
                break
            assert said["killed"] == signal.SIGKILL
            deaths += 1
            await settled(scene)
            found = await faults(api.house.doors.database, now=api.clock.now(), ignoring=ACCOUNTS)
            assert found == [], (name, after)
            is_done = await state(scene) != before
            again = await api.refused(asked.text, asked.viewer, **asked.variables)
            assert bool(again) is (is_done and name not in REPEATABLE), (name, after, again)
            after += 1 if EVERY else 4
    await cradle.close()

    assert deaths > len(MOVES)


async def about_to(api: Api, name: str) -> tuple[Scene, Asked]:
    """Somebody about to do *name*, with everybody and everything else of their own."""
    api.clock.instant = MONDAY
    scene = await a_scene(api, slots=3)
    asked: dict[str, Any] = {
        "slotId": slot_id(scene.slots[0]),
        "topic": "How to begin",
        "idempotencyKey": "k",
    }
    if name == "requestBooking":
        return scene, Asked(MUTATIONS[name], scene.mentee, {"input": asked})
    asked = {"bookingId": await scene.request()}
    if name not in {"confirmBooking", "declineBooking"}:
        await scene.do("confirmBooking", scene.mentor, **asked)
    if name in {"completeBooking", "leaveFeedback"}:
        api.clock.instant = FIRST
    if name == "leaveFeedback":
        await scene.do("completeBooking", scene.mentor, **asked)
        asked |= {"rating": 4, "comment": "Worth the hour."}
        return scene, Asked(LEAVE, scene.mentee, {"input": asked})
    asked |= {
        "rescheduleBooking": {"slotId": slot_id(scene.slots[2])},
        "cancelBooking": {"reason": "Something came up"},
        "setMeetingUrl": {"meetingUrl": "https://meet.example/room"},
        "setMentorNotes": {"notes": "Wants to move into data"},
    }.get(name, {})
    return scene, Asked(MUTATIONS[name], scene.mentor, {"input": asked})


async def state(scene: Scene) -> Any:
    """Every row of this scene that a move could change."""
    rows = await everything(scene.api.house.doors.database)
    mentor = scene.mentor.mentor_id
    return (
        [row for row in rows.mentors if row.id == mentor],
        [row for row in rows.slots if row.mentor_id == mentor],
        [row for row in rows.bookings if row.mentor_id == mentor],
        [row for row in rows.feedback if row.mentor_id == mentor],
        [row for row in rows.keys if row.user_id == scene.mentee.user_id],
        [row.id for row in rows.facts if row.mentor_id == mentor],
    )


async def settled(scene: Scene) -> None:
    """Until the database knows that the dead are dead, and has given their locks to others."""
    people = (scene.mentor.mentor_id, scene.mentee.user_id)
    keys = [key for key in people if key]
    await scene.api.house.doors.database.write(lambda transaction: locks.hold(transaction, *keys))
