"""How answers grow with the data: a hundredth of it, a tenth, all; and from the first page to the five-thousandth."""

from collections.abc import Mapping
from statistics import median
from time import perf_counter
from typing import Any, Final

import orjson
from benchmarks.comparing import Bench
from benchmarks.databases import Size, ready_postgresql
from benchmarks.operations import OPERATIONS, Crowd
from benchmarks.processes import Running, post
from benchmarks.servers import SERVERS

from benchmarks import askers

_TIMES: Final = (1, 10, 100)
_PAGES: Final = (1, 100, 1_000, 5_000)
_STEP: Final = 100
_PAGE: Final = """query ($first: Int!, $after: String) {
  admin { bookings(first: $first, after: $after) {
    nodes { id status startsAt topic mentor { name } mentee { name } } pageInfo { hasNextPage endCursor } } } }"""


def by_size(server: str, size: Size, *, seconds: float) -> Mapping[tuple[str, int], float]:
    """Milliseconds of an operation that is asked alone, by its key and how many times the data."""
    found = {}
    for times in _TIMES:
        share = times / _TIMES[-1]
        part = Size(
            max(20, round(size.mentors * share)),
            max(200, round(size.users * share)),
            round(size.bookings * share),
        )
        url = ready_postgresql(server, part)
        crowd = askers.gather(url)
        with Bench(url, crowd) as bench:
            bench.add(SERVERS[0])
            reads = [each for each in OPERATIONS if not each.writes]
            for _, operation, _, window in bench.rounds(reads, rounds=1, seconds=seconds, connections=1):
                found[operation.key, times] = window.measured.p50
    return found


def by_page(url: str, crowd: Crowd) -> Mapping[int, float]:
    """Milliseconds of a page of 20 of all bookings, by its number; pages there are not are absent."""
    running = SERVERS[0].start(url)
    found = {}
    with running:
        running.wait_until_ready()
        after, rows = None, 0
        for page in _PAGES:
            while rows < (page - 1) * 20:
                first = min(_STEP, (page - 1) * 20 - rows)
                info = _asked(running, crowd, first, after)["pageInfo"]
                after, rows = info["endCursor"], rows + first
                if not info["hasNextPage"]:
                    return found
            taken = []
            for _ in range(40):
                started = perf_counter()
                _asked(running, crowd, 20, after)
                taken.append((perf_counter() - started) * 1000)
            found[page] = median(taken[10:])
    return found


def _asked(running: Running, crowd: Crowd, first: int, after: str | None) -> Any:
    body = orjson.dumps({"query": _PAGE, "variables": {"first": first, "after": after}})
    return orjson.loads(post(running.port, body, crowd.admin)[1])["data"]["admin"]["bookings"]


def markdown(sizes: Mapping[tuple[str, int], float], pages: Mapping[int, float]) -> str:
    lines = ["### Growth", "", "Median milliseconds of MentorHub on PostgreSQL, one request at a time.", ""]
    lines.append("| operation | " + " | ".join(f"{times} ×" for times in _TIMES) + " | ratio |")
    lines.append("|---" + "|--:" * (len(_TIMES) + 1) + "|")
    for operation in OPERATIONS:
        own = [sizes[operation.key, times] for times in _TIMES if (operation.key, times) in sizes]
        if own:
            cells = " | ".join(f"{each:.2f}" for each in own)
            lines.append(f"| {operation.title} | {cells} | {own[-1] / own[0]:.2f} |")
    lines += ["", "| page of all bookings | " + " | ".join(f"{page:,}" for page in pages) + " |"]
    lines.append("|---" + "|--:" * len(pages) + "|")
    lines.append("| milliseconds | " + " | ".join(f"{each:.2f}" for each in pages.values()) + " |")
    return "\n".join(lines)
