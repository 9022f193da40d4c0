"""Load: wrk where it is installed, else a small generator of our own; bounded by time and by connections."""

import asyncio
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks.operations import Request

_SCRIPT: Final = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a window: latencies in milliseconds, from a request's last byte out to its answer's last byte in."""

    answered: int
    failed: int
    """Answers other than 200, and connections that broke."""
    seconds: float
    p50: float
    p90: float
    p99: float

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds if self.seconds else 0.0


def has_wrk() -> bool:
    return shutil.which("wrk") is not None


def press(
    port: int, requests: Sequence[Request], *, seconds: float, connections: int, once: bool = False
) -> Measured:
    """Sends *requests* in turns for so many seconds; *once*: ends early rather than send any again."""
    if has_wrk():
        return _with_wrk(port, requests, seconds=seconds, connections=connections, once=once)
    return asyncio.run(_by_ourselves(port, requests, seconds=seconds, connections=connections, once=once))


def _with_wrk(
    port: int, requests: Sequence[Request], *, seconds: float, connections: int, once: bool
) -> Measured:
    with tempfile.NamedTemporaryFile(prefix="mentorhub-bench-") as file:
        for request in requests:
            raw = request.on_the_wire(port)
            file.write(b"%d\n" % len(raw) + raw)
        file.flush()
        command = (
            "wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "20s",
            "-s", str(_SCRIPT), f"http://127.0.0.1:{port}/graphql", "--", file.name, "once" if once else "again",
        )  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
    line = next((line for line in done.stdout.splitlines() if line.startswith("{")), None)
    if line is None:
        raise RuntimeError(f"wrk failed: {done.stderr.strip() or done.stdout.strip()}")
    return Measured(**json.loads(line))


async def _by_ourselves(
    port: int, requests: Sequence[Request], *, seconds: float, connections: int, once: bool
) -> Measured:
    taken: list[float] = []
    failed = 0
    raws = [request.on_the_wire(port) for request in requests]
    number = 0
    until = perf_counter() + seconds

    async def connection() -> None:
        nonlocal number, failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while perf_counter() < until and not (once and number >= len(raws)):
            raw = raws[number % len(raws)]
            number += 1
            start = perf_counter()
            writer.write(raw)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
            )
            await reader.readexactly(length)
            taken.append((perf_counter() - start) * 1000)
            failed += b" 200 " not in head[:16]
        writer.close()

    started = perf_counter()
    await asyncio.gather(*(connection() for _ in range(connections)))
    elapsed = perf_counter() - started
    taken.sort()

    def percentile(share: float) -> float:
        return taken[min(len(taken) - 1, int(len(taken) * share))] if taken else 0.0

    return Measured(len(taken), failed, elapsed, percentile(0.5), percentile(0.9), percentile(0.99))
