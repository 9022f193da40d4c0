"""What a server takes before it answers anything: time to start, memory; and what a second worker gives."""

from collections.abc import Mapping, Sequence
from statistics import median
from time import perf_counter
from typing import NamedTuple

from benchmarks.comparing import Bench, gathered
from benchmarks.load import press
from benchmarks.operations import BROWSE, NAME, Crowd
from benchmarks.processes import DidNotStart
from benchmarks.servers import SERVERS, Server

_STARTS = 3


class Footprint(NamedTuple):
    """Milliseconds to the first answer, and megabytes before and after a second of load."""

    start: float
    fresh: float
    used: float


def footprints(url: str, crowd: Crowd, servers: Sequence[Server]) -> Mapping[str, Footprint]:
    found = {}
    for server in servers:
        starts, fresh, used = [], 0.0, 0.0
        try:
            for _ in range(_STARTS):
                started = perf_counter()
                with server.start(url) as running:
                    running.wait_until_ready()
                    starts.append((perf_counter() - started) * 1000)
                    fresh = running.megabytes()
                    press(running.port, crowd.requests(BROWSE), seconds=1.0, connections=16)
                    used = running.megabytes()
        except DidNotStart:
            continue
        found[server.title] = Footprint(median(starts), fresh, used)
    return found


def workers(url: str, crowd: Crowd, *, rounds: int, seconds: float) -> Mapping[str, tuple[float, float]]:
    """Requests a second of MentorHub with one worker and with two, by what is asked."""
    asked = (BROWSE, NAME)
    with Bench(url, crowd) as bench:
        for count in (1, 2):
            bench.add(SERVERS[0], workers=count, key=str(count))
        table = gathered(bench.rounds(asked, rounds=rounds, seconds=seconds))
    return {each.title: (table[each.key, "1"].per_second, table[each.key, "2"].per_second) for each in asked}


def markdown(found: Mapping[str, Footprint], scaled: Mapping[str, tuple[float, float]]) -> str:
    lines = ["### Start, memory, workers", ""]
    lines.append("| server | ms from start to the first answer | MB then | MB after load |")
    lines.append("|---|--:|--:|--:|")
    for title, each in found.items():
        lines.append(f"| {title} | {each.start:,.0f} | {each.fresh:.0f} | {each.used:.0f} |")
    lines += ["", "| MentorHub, requests/s | 1 worker | 2 workers | ratio |", "|---|--:|--:|--:|"]
    for title, (one, two) in scaled.items():
        lines.append(f"| {title} | {one:,.0f} | {two:,.0f} | {two / one:.2f} |")
    return "\n".join(lines)
