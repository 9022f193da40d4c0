"""What was measured, for people: on the terminal as it comes, then as tables."""

import sys
from collections.abc import Iterator, Sequence

from benchmarks.comparing import Table, Window
from benchmarks.operations import OPERATIONS, Operation


def told(
    windows: Iterator[tuple[int, Operation, str, Window]],
) -> Iterator[tuple[int, Operation, str, Window]]:
    """*windows*, each with a line on standard error."""
    for number, operation, name, window in windows:
        measured = window.measured
        print(
            f"  round {number + 1}  {operation.title:<20}{name:<14}{measured.per_second:>8,.0f}/s  "
            f"p50 {measured.p50:.1f}  p99 {measured.p99:.1f} ms  cpu {window.server_cpu:,.0f} us"
            + (f"  {measured.failed} FAILED" if measured.failed else ""),
            file=sys.stderr,
        )
        yield number, operation, name, window


def text(title: str, table: Table, servers: Sequence[str]) -> str:
    """A table of medians for each operation."""
    lines = [f"\n{title}"]
    for operation in OPERATIONS:
        found = [(name, table[operation.key, name]) for name in servers if (operation.key, name) in table]
        if not found:
            continue
        lines.append(
            f"\n  {operation.title:<20}{'/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'cpu us':>9}{'db us':>9}{'ratio':>9}"
        )
        ours = dict(found).get("mentorhub")
        for name, cell in found:
            database = "" if cell.database_cpu is None else f"{cell.database_cpu:,.0f}"
            ratio = f"{ours.per_second / cell.per_second:.2f}" if ours and cell.per_second else ""
            lines.append(
                f"  {name:<20}{cell.per_second:>9,.0f}{cell.p50:>9.1f}{cell.p99:>9.1f}{cell.server_cpu:>9,.0f}"
                f"{database:>9}{ratio:>9}"
            )
    return "\n".join(lines)
