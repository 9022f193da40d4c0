"""What was measured, for people: on the terminal as it comes, then as tables, and in docs/performance.md."""

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.comparing import CONNECTIONS, Table, Window
from benchmarks.operations import BOOKINGS, BROWSE, DASHBOARD, NAME, OPERATIONS, REQUEST, Operation
from benchmarks.servers import SERVERS

PAGE: Final = Path("docs/performance.md")
README: Final = Path("README.md")
PICTURE: Final = "![Requests a second of each operation and server]({folder}performance.png)"
_BEGIN, _END = "<!-- measured: begin -->", "<!-- measured: end -->"
_OTHERS: Final = ("rows", "mercurius", "postgraphile", "strawberry")
TARGETS: Final = {
    BROWSE.key: (0.85, 1.7, 2, 20),
    BOOKINGS.key: (0.75, 1.7, 1.8, 20),
    DASHBOARD.key: (0.65, 1.2, 1.6, 12),
    NAME.key: (0.6, 0.7, 1.6, 12),
    REQUEST.key: (0.5, 0.6, 1.3, 10),
}
"""What MentorHub's throughput is to be, as a share of each of the others', on PostgreSQL."""
SQLITE_TARGETS: Final = {BROWSE.key: (0.8,)}
_TITLES: Final = {server.key: server.title for server in SERVERS}


def told(
    windows: Iterator[tuple[int, Operation, str, Window]],
) -> Iterator[tuple[int, Operation, str, Window]]:
    """*windows*, each with a line on standard error."""
    for number, operation, name, window in windows:
        measured = window.measured
        print(
            f"  round {number + 1}  {operation.title:<20}{name:<15}{measured.per_second:>8,.0f}/s  "
            f"p50 {measured.p50:.1f}  p99 {measured.p99:.1f} ms  cpu {window.server_cpu:,.0f} us"
            + (f"  {measured.failed} FAILED" if measured.failed else ""),
            file=sys.stderr,
        )
        yield number, operation, name, window


def text(title: str, table: Table, servers: Sequence[str]) -> str:
    """Medians of each operation, and MentorHub's throughput as a share of each server's."""
    lines = [f"\n{title}"]
    for operation in OPERATIONS:
        found = {name: table[operation.key, name] for name in servers if (operation.key, name) in table}
        if not found:
            continue
        heads = ("/s", "p50 ms", "p99 ms", "cpu us", "db us", "ratio", "target")
        lines.append(f"\n  {operation.title:<20}" + "".join(f"{head:>9}" for head in heads))
        for name, cell in found.items():
            database = "" if cell.database_cpu is None else f"{cell.database_cpu:,.0f}"
            ratio, target = ratio_of(table, operation, name), target_of(title, operation, name)
            lines.append(
                f"  {name:<20}{cell.per_second:>9,.0f}{cell.p50:>9.1f}{cell.p99:>9.1f}"
                f"{cell.server_cpu:>9,.0f}{database:>9}"
                + ("" if ratio is None else f"{ratio:>9.2f}")
                + ("" if target is None or ratio is None else f"{target:>9}{_verdict(ratio, target)}")
            )
    return "\n".join(lines)


def ratio_of(table: Table, operation: Operation, other: str) -> float | None:
    """MentorHub's throughput as a share of *other*'s."""
    ours, theirs = table.get((operation.key, "mentorhub")), table.get((operation.key, other))
    if ours is None or theirs is None or other == "mentorhub" or not theirs.per_second:
        return None
    return ours.per_second / theirs.per_second


def target_of(title: str, operation: Operation, other: str) -> float | None:
    targets = SQLITE_TARGETS if title == "SQLite" else TARGETS
    named = dict(zip(_OTHERS, targets.get(operation.key, ()), strict=False))
    return named.get(other)


def _verdict(ratio: float, target: float) -> str:
    return "" if ratio >= target else " missed"


def ratios(title: str, table: Table, servers: Sequence[str]) -> str:
    """A table of MentorHub's throughput as a multiple of each other's, with what it is to be."""
    others = [name for name in _OTHERS if name in servers]
    lines = ["MentorHub's throughput as a multiple of each other's; in brackets what it is to be.", ""]
    lines.append("| operation | " + " | ".join(f"to {_TITLES[name]}" for name in others) + " |")
    lines.append("|---" * (len(others) + 1) + "|")
    for operation in _asked(table):
        cells = []
        for name in others:
            ratio, target = ratio_of(table, operation, name), target_of(title, operation, name)
            shown = "–" if ratio is None else f"{ratio:.2f}"
            cells.append(shown + (f" (≥ {target:g})" if target is not None else ""))
        lines.append(f"| {operation.title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def markdown(title: str, table: Table, servers: Sequence[str]) -> str:
    """The ratios, then all medians."""
    lines = [
        f"### {title}",
        "",
        ratios(title, table, servers),
        "",
        "| operation | server | requests/s | p50 ms | p99 ms | server CPU µs/request | PostgreSQL CPU µs/request |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for operation in _asked(table):
        for name in servers:
            if (cell := table.get((operation.key, name))) is None:
                continue
            database = "–" if cell.database_cpu is None else f"{cell.database_cpu:,.0f}"
            lines.append(
                f"| {operation.title} | {_TITLES[name]} | {cell.per_second:,.0f} | {cell.p50:.1f} | {cell.p99:.1f} | "
                f"{cell.server_cpu:,.0f} | {database} |"
            )
    return "\n".join(lines)


def _asked(table: Table) -> list[Operation]:
    return [each for each in OPERATIONS if (each.key, "mentorhub") in table]


def setting(rounds: int, seconds: float, counts: str) -> str:
    """Under which circumstances all this was measured."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("strawberry-graphql", "asyncpg", "uvicorn"))
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {_cores()} cores for server, database and load together, Python "
        f"{platform.python_version()}, {packages}; one worker, {CONNECTIONS} connections, medians of {rounds} rounds "
        f"of {seconds:g} seconds; {counts}."
    )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def publish(page: Path, parts: Sequence[str]) -> None:
    """Puts *parts* into *page*, in place of what was measured before."""
    before, _, rest = page.read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    page.write_text(before + _BEGIN + "\n\n" + "\n\n".join(parts) + "\n\n" + _END + after)
