"""Faults for a service under load: what is taken away, and brought back a while later."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Self

from benchmarks.processes import Running


@dataclass
class Away:
    """When the database, or a process, was away: errors are no fault then."""

    windows: list[tuple[str, float, float]] = field(default_factory=list)
    open: dict[str, float] = field(default_factory=dict)

    def begins(self, what: str) -> None:
        self.open[what] = perf_counter()

    def ends(self, what: str) -> None:
        self.windows.append((what, self.open.pop(what), perf_counter()))

    def excuses(self, began: float, ended: float) -> bool:
        """Whether anything was away while somebody waited from *began* to *ended*."""
        spans = [
            *((start, end) for _, start, end in self.windows),
            *((at, ended) for at in self.open.values()),
        ]
        return any(start <= ended and began <= end for start, end in spans)


class Redis:
    """A Redis of our own, to be killed."""

    def __init__(self, port: int, folder: Path) -> None:
        self._command = [
            shutil.which("redis-server") or "",
            "--port",
            str(port),
            "--save",
            "",
            "--dir",
            str(folder),
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{port}/0"

    @property
    def is_there(self) -> bool:
        return bool(self._command[0])

    def start(self) -> None:
        if self.is_there:
            self._process = subprocess.Popen(
                self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


async def process_killed(servers: dict[int, Running], start: Callable[[int], Running], away: Away) -> None:
    """SIGKILL, and what keeps it running starts it again."""
    port = max(servers)
    away.begins("a process")
    servers[port].kill()
    await asyncio.sleep(1)
    servers[port] = start(port)
    await asyncio.to_thread(servers[port].wait_until_ready, seconds=120)
    await asyncio.sleep(1)
    away.ends("a process")


async def postgresql_restarted(server: Any, away: Away, *, seconds: float) -> None:
    away.begins("PostgreSQL")
    await asyncio.to_thread(server.stop)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(server.start)
    # What had begun to wait is answered within so long; from then on nothing may fail any more.
    await asyncio.sleep(6)
    away.ends("PostgreSQL")


async def redis_gone(redis: Redis, *, seconds: float) -> None:
    """Nobody is excused: limits are each process's own then."""
    redis.kill()
    await asyncio.sleep(seconds)
    redis.start()


async def slow_clients(ports: list[int], *, number: int, seconds: float) -> None:
    """Heads and bodies byte by byte, and readers that take nothing; to whoever is not slow all goes on."""
    begun = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 900\r\n"
    until = perf_counter() + seconds

    async def slow(number: int) -> None:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", ports[number % len(ports)])
            writer.write(begun + (b"\r\n{" if number % 2 else b"X-Slow: "))
            while perf_counter() < until and not reader.at_eof():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.2)
            writer.close()

    await asyncio.gather(*(slow(each) for each in range(number)), *(_deaf(port, until) for port in ports))


async def _deaf(port: int, until: float) -> None:
    """Asks again and again, and reads no answer."""
    body = b'{"query":"{ mentors(first: 50) { nodes { id name bio } } }"}'
    head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(50):
            writer.write(head.encode() + body)
        await asyncio.sleep(max(0.0, until - perf_counter()))
        writer.transport.abort()
