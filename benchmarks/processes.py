"""Servers as processes: started, waited for, held still while others are measured, and what they cost."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

_SMALLEST: Final = b'{"query": "query Ready { __typename }", "operationName": "Ready", "variables": {}}'
_TICK: Final = os.sysconf("SC_CLK_TCK")


class DidNotStart(RuntimeError):  # noqa: N818 -- what it is
    """A server ended, or did not answer in time; the message ends with what it said last."""


class Running:
    """A server and its workers, on a port of this machine."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path, port: int
    ) -> None:
        self.port = port
        self._log = log
        own = {name: value for name, value in os.environ.items() if not name.startswith("MENTORHUB_")}
        with log.open("wb") as said:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=own | dict(environment),
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.resume()
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def wait_until_ready(self, *, seconds: float = 60.0) -> None:
        """Until it answers the smallest query with 200."""
        until = time.perf_counter() + seconds
        while time.perf_counter() < until and self._process.poll() is None:
            with suppress(OSError, HTTPException):
                if post(self.port, _SMALLEST)[0] == 200:
                    return
            time.sleep(0.02)
        tail = self._log.read_text(errors="replace")[-600:].strip()
        raise DidNotStart(f"it does not answer: {tail or 'nothing was said'}")

    def kill(self) -> None:
        """At once, as a machine that runs out of memory does."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    @property
    def pids(self) -> list[int]:
        """The process and all that descend from it."""
        found, waiting = [], [self._process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            with suppress(OSError):
                waiting += [
                    int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
                ]
        return found

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.pids)

    def settle(self, is_quiet: Callable[[], bool], *, seconds: float = 60.0) -> None:
        """Waits until it has next to nothing left to do, and *is_quiet* says so too."""
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            before = self.cpu_seconds()
            time.sleep(0.5)
            if self.cpu_seconds() - before < 0.05 and is_quiet():
                return

    def megabytes(self) -> float:
        """Memory of all its processes; what they share counts once."""
        total = 0
        for pid in self.pids:
            with suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total / 1024


def cpu_seconds(pids: Sequence[int]) -> float:
    """What processes of this machine have spent so far, user and system; those that are gone count nothing."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / _TICK


def post(port: int, body: bytes, token: str | None = None, *, seconds: float = 30.0) -> tuple[int, bytes]:
    """One answer to *body*, on a connection of its own."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("POST", "/graphql", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def is_local(url: str) -> bool:
    """Whether the database's processes are on this machine, to be looked at."""
    return (urlsplit(url).hostname or "") in {"", "localhost", "127.0.0.1", "::1"}
