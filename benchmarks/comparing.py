"""Servers side by side: the same answers first, then rounds in which each operation goes to each server in turn."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any, Final, Self

import orjson
from benchmarks.load import Measured, press
from benchmarks.operations import Crowd, Operation
from benchmarks.processes import Running, cpu_seconds, is_local, post
from benchmarks.servers import Server

from benchmarks import databases

CONNECTIONS: Final = 16
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)")
_WARM_UP: Final = 1.0
_ASKED: Final = 20
"""Of so many requests the answers are compared."""


@dataclass(frozen=True, slots=True)
class Window:
    """One operation on one server for a while; microseconds of CPU for each answer."""

    measured: Measured
    server_cpu: float
    database_cpu: float | None


@dataclass(slots=True)
class Cell:
    """All windows of one operation on one server."""

    windows: list[Window] = field(default_factory=list)

    def _median(self, name: str) -> float:
        return median(getattr(window.measured, name) for window in self.windows)

    @property
    def per_second(self) -> float:
        return self._median("per_second")

    @property
    def p50(self) -> float:
        return self._median("p50")

    @property
    def p99(self) -> float:
        return self._median("p99")

    @property
    def failed(self) -> int:
        return sum(window.measured.failed for window in self.windows)

    @property
    def server_cpu(self) -> float:
        return median(window.server_cpu for window in self.windows)

    @property
    def database_cpu(self) -> float | None:
        known = [window.database_cpu for window in self.windows if window.database_cpu is not None]
        return median(known) if known else None


Table = dict[tuple[str, str], Cell]
"""By the keys of operation and server."""


class Differs(RuntimeError):  # noqa: N818 -- what it is
    """A server does not answer as it should."""


class Bench:
    """Servers that run on one database, all but one of them held still."""

    def __init__(self, url: str, crowd: Crowd) -> None:
        self._url = url
        self._crowd = crowd
        self._stack = ExitStack()
        self._running: dict[str, Running] = {}
        self._kinds: dict[str, Server] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def servers(self) -> list[str]:
        return list(self._running)

    def add(self, server: Server, *, workers: int = 1, key: str | None = None) -> Running:
        running = self._stack.enter_context(server.start(self._url, workers=workers))
        running.wait_until_ready()
        running.settle(lambda: databases.is_quiet(self._url))
        running.pause()
        self._running[key or server.key] = running
        self._kinds[key or server.key] = server
        return running

    def compare(self, operations: Sequence[Operation]) -> None:
        """Raises Differs where a server does not answer an operation as the first one does."""
        for operation in operations:
            answers = {name: self._answers(name, operation) for name in self._running}
            first, *others = answers
            for other in others:
                for one, another in zip(answers[first], answers[other], strict=True):
                    if one != another:
                        raise Differs(
                            f"{operation.title}: {first} answers {one!r:.600}, {other} {another!r:.600}"
                        )

    def _answers(self, name: str, operation: Operation) -> list[Any]:
        running = self._running[name]
        running.resume()
        kind = self._kinds[name]
        requests = self._crowd.requests(operation, kind.asked)[: 1 if operation.writes else _ASKED]
        said = [orjson.loads(post(running.port, each.body, each.token)[1]) for each in requests]
        self._rest(running, operation)
        return [comparable(_read(kind, operation, each)) for each in said]

    def _rest(self, running: Running, operation: Operation) -> int | None:
        """Lets the server finish and holds it still, outside any transaction; how many bookings it had made."""
        running.settle(lambda: databases.is_quiet(self._url))
        running.pause()
        return databases.reset(self._url) if operation.writes else None

    def rounds(
        self, operations: Sequence[Operation], *, rounds: int, seconds: float, connections: int = CONNECTIONS
    ) -> Iterator[tuple[int, Operation, str, Window]]:
        """Each window as it ends: in every round each operation goes to each server, the order turning."""
        for number in range(rounds):
            names = self.servers
            for operation in operations:
                names = [*names[1:], names[0]]
                for name in names:
                    yield number, operation, name, self._window(name, operation, seconds, connections)

    def _window(self, name: str, operation: Operation, seconds: float, connections: int) -> Window:
        running = self._running[name]
        requests = self._crowd.requests(operation, self._kinds[name].asked)
        running.resume()
        if operation.writes:
            # Nothing that is asked for in warming up is asked for again.
            head, requests = requests[: len(requests) // 8], requests[len(requests) // 8 :]
        else:
            head = requests
        press(running.port, head, seconds=_WARM_UP, connections=connections, once=operation.writes)
        backends = databases.backends(self._url) if self._is_watched else []
        server, database = running.cpu_seconds(), cpu_seconds(backends)
        measured = press(
            running.port, requests, seconds=seconds, connections=connections, once=operation.writes
        )
        server, database = running.cpu_seconds() - server, cpu_seconds(backends) - database
        self._rest(running, operation)
        each = 1e6 / max(1, measured.answered)
        return Window(measured, server * each, database * each if backends else None)

    @property
    def _is_watched(self) -> bool:
        return self._url.startswith("postgresql") and is_local(self._url)


def _read(kind: Server, operation: Operation, answer: Any) -> Any:
    if answer.get("errors"):
        raise Differs(f"{operation.title}: {kind.title} answers {answer['errors']!r:.600}")
    return kind.answered(operation, answer["data"])


def comparable(data: Any) -> Any:
    """What is the same for all: without key and time of what was just made, instants to the millisecond."""
    data = _alike(data)
    made = data.get("requestBooking")
    if made and made["booking"]:
        made["booking"] |= {"id": "booking_", "startsAt": ""}
    return data


def _alike(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _alike(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_alike(each) for each in value]
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return datetime.fromisoformat(value).isoformat(timespec="milliseconds")
    return round(value, 9) if isinstance(value, float) else value


def gathered(windows: Iterator[tuple[int, Operation, str, Window]]) -> Table:
    table: Table = {}
    for _, operation, name, window in windows:
        table.setdefault((operation.key, name), Cell()).windows.append(window)
    return table
