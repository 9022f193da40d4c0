"""The servers that are compared: how each is started, and what it needs to be there."""

import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.databases import FOLDER, MENTORHUB
from benchmarks.operations import Asked, Operation, as_it_is
from benchmarks.peers import dialect, packages
from benchmarks.processes import Running

ROOT: Final = Path(__file__).resolve().parent.parent
_PYTHON: Final = sys.executable

MENTORHUB_AS_SHIPPED: Final = {
    "MENTORHUB_RATE_LIMITS": "on",
    "MENTORHUB_RATE_POINTS": "10000000",
    "MENTORHUB_RATE_RESTORED": "1000000",
    "MENTORHUB_SECRET": "a secret of the benchmark, long enough",
}
"""All is on; the allowance is one that a single address does not use up."""


@dataclass(frozen=True, slots=True)
class Server:
    key: str
    title: str
    command: Callable[[int, str, int], Sequence[str]]
    """By port, database URL and number of workers."""
    environment: Callable[[int, str], Mapping[str, str]] = lambda port, url: {}
    databases: frozenset[str] = frozenset({"postgresql"})
    asked: Asked = as_it_is
    answered: Callable[[Operation, dict[str, Any]], dict[str, Any]] = lambda operation, data: data
    """What it answers, in the words of the others."""
    ready: Callable[[], object] = lambda: None
    """Fetches what it is made of, once. Raises `DidNotStart`."""

    def start(self, url: str, *, workers: int = 1) -> Running:
        self.ready()
        port = free_port()
        folder = FOLDER / self.key
        folder.mkdir(parents=True, exist_ok=True)
        return Running(
            self.command(port, url, workers),
            environment={"PYTHONPATH": str(ROOT), **self.environment(port, url)},
            folder=folder,
            log=folder / "server.log",
            port=port,
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _mentorhub(port: int, url: str) -> dict[str, str]:
    return {
        **MENTORHUB_AS_SHIPPED,
        "MENTORHUB_DATABASE_URL": url,
        "MENTORHUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


SERVERS: Final = (
    Server(
        "mentorhub",
        "MentorHub",
        lambda port, url, workers: (MENTORHUB, "serve", "--port", str(port), "--workers", str(workers)),
        _mentorhub,
        frozenset({"postgresql", "sqlite"}),
    ),
    Server(
        "rows",
        "hand-written rows",
        lambda port, url, workers: (_PYTHON, "-m", "benchmarks.rows", str(port), url, str(workers)),
        databases=frozenset({"postgresql", "sqlite"}),
    ),
    Server(
        "strawberry",
        "Strawberry as usual",
        lambda port, url, workers: (_PYTHON, "-m", "benchmarks.usual", str(port), url, str(workers)),
    ),
    Server(
        "mercurius",
        "Mercurius with JIT",
        lambda port, url, workers: packages.command("mercurius.mjs", port, url),
        lambda port, url: {"NODE_ENV": "production"},
        ready=packages.ready,
    ),
    Server(
        "postgraphile",
        "PostGraphile 5",
        lambda port, url, workers: packages.command("postgraphile.mjs", port, url),
        lambda port, url: {"GRAPHILE_ENV": "production", "NODE_ENV": "production"},
        asked=dialect.asked,
        answered=dialect.answered,
        ready=packages.ready,
    ),
)
