"""Commands as processes, each in a folder and an environment of its own.

They are forked from one process that has imported all they need, and so begin at once. What several processes serve,
and whatever else needs a command as it stands in a shell, is started as `MENTORHUB`.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import IO

MENTORHUB = str(Path(sys.executable).with_name("mentorhub"))

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(
    ["mentorhub.app", "mentorhub.cli", "mentorhub.db.migrations", "mentorhub.seeding.loading", "uvloop"]
)


class Command:
    """A command under way; its streams are files."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        assert process.pid is not None
        self.pid = process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("mentorhub", timeout)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(
    folder: Path,
    *command: str,
    environment: Mapping[str, str],
    output: IO[bytes],
    errors: IO[bytes] | None = None,
    given: IO[bytes] | None = None,
) -> Command:
    """Starts a command, which reads what is *given* and writes *output* and *errors*."""
    streams = [given.name if given else os.devnull, output.name, (errors or output).name]
    process = _FORKING.Process(
        target=_perform, args=(str(folder), command, dict(environment), streams), daemon=True
    )
    process.start()
    return Command(process)


def run(folder: Path, *command: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """What a command says; of our own settings only *settings* are set."""
    return done(folder, *command, text=text, environment=bare() | settings)


def done(
    folder: Path, *command: str, text: str, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """What a command says in *environment*, to which *text* is typed."""
    with (
        tempfile.NamedTemporaryFile() as given,
        tempfile.NamedTemporaryFile() as output,
        tempfile.NamedTemporaryFile() as errors,
    ):
        given.write(text.encode())
        given.flush()
        started = start(folder, *command, environment=environment, given=given, output=output, errors=errors)
        try:
            code = started.wait(120)
        finally:
            started.kill()
        return subprocess.CompletedProcess(command, code, output.read().decode(), errors.read().decode())


def bare() -> dict[str, str]:
    """The environment without our own settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MENTORHUB_")}


def _perform(folder: str, command: tuple[str, ...], environment: dict[str, str], streams: list[str]) -> None:
    """In the new process."""
    from mentorhub.cli import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate(streams):
        opened = os.open(name, os.O_WRONLY | os.O_APPEND if number else os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 -- for as long as the process lives
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 -- likewise
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115 -- likewise
    sys.argv = ["mentorhub", *command]
    main()
