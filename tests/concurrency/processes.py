"""Several processes on one database, and what they are told to do at once."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from mentorhub.resolvers.desk import Viewer


class Said(NamedTuple):
    """An answer: its data, and the codes of all that was refused, at the top and in userErrors."""

    data: Any
    codes: list[str]


class Asked(NamedTuple):
    text: str
    viewer: Viewer | None
    variables: dict[str, Any]


def told(viewer: Viewer | None) -> dict[str, Any] | None:
    """*viewer* as another process can read it."""
    if viewer is None:
        return None
    return {
        "user_id": viewer.user_id,
        "role": viewer.role.value,
        "is_verified": viewer.is_verified,
        "mentor_id": viewer.mentor_id,
        "session_id": viewer.session_id,
    }


@dataclass
class Worker:
    """One process; see `worker.py`."""

    process: asyncio.subprocess.Process
    waiting: dict[int, asyncio.Future[Said]] = field(default_factory=dict)
    numbers: Any = field(default_factory=count)

    async def listen(self) -> None:
        assert self.process.stdout
        while line := await self.process.stdout.readline():
            said = orjson.loads(line)
            self.waiting.pop(said["id"]).set_result(Said(said["data"], said["codes"]))
        for future in self.waiting.values():
            future.set_exception(ConnectionResetError("the process is gone"))

    def ask(self, asked: Asked) -> asyncio.Future[Said]:
        number = next(self.numbers)
        future = self.waiting[number] = asyncio.get_running_loop().create_future()
        line = {
            "id": number,
            "text": asked.text,
            "viewer": told(asked.viewer),
            "variables": asked.variables,
        }
        assert self.process.stdin
        self.process.stdin.write(orjson.dumps(line) + b"\n")
        return future


@dataclass
class Crew:
    workers: list[Worker]

    async def at_once(self, asked: Sequence[Asked]) -> list[Said]:
        """What each of *asked* comes to, when all are asked at the same time, in turn of different processes."""
        turns = cycle(self.workers)
        async with asyncio.timeout(60):
            return await asyncio.gather(*(next(turns).ask(each) for each in asked))


@asynccontextmanager
async def crew(url: str, folder: Path, *, size: int) -> AsyncIterator[Crew]:
    """*size* processes on the database at *url*, until the end of the block."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.concurrency.worker",
            url,
            str(folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
        )
        for _ in range(size)
    ]
    workers = [Worker(process) for process in processes]
    listening = []
    try:
        for worker in workers:
            assert worker.process.stdout
            async with asyncio.timeout(60):
                assert await worker.process.stdout.readline() == b"{}\n"
            listening.append(asyncio.create_task(worker.listen()))
        yield Crew(workers)
    finally:
        for worker in workers:
            assert worker.process.stdin
            worker.process.stdin.close()
        for worker in workers:
            async with asyncio.timeout(30):
                assert await worker.process.wait() == 0
        for task in listening:
            await task
