"""Measures MentorHub beside others: `make bench`, or `python -m benchmarks --help`."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from benchmarks.comparing import Bench, Table, gathered
from benchmarks.databases import Size
from benchmarks.load import has_wrk
from benchmarks.operations import OPERATIONS, Crowd, Operation
from benchmarks.processes import DidNotStart
from benchmarks.servers import SERVERS, Server

from benchmarks import askers, databases, footprint, growth, plot, report


def main() -> None:
    # Whoever ends this ends the servers, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    given = _given()
    if not has_wrk():
        print("wrk is not installed (Debian: apt-get install wrk): Python makes the load, at more cost.")
    size = Size(given.mentors, given.users, given.bookings)
    operations = [each for each in OPERATIONS if not given.only or each.key.lower() in given.only]
    parts: list[str] = []
    with databases.postgresql_server(given.postgresql) as server:
        url = databases.ready_postgresql(server, size)
        crowd = askers.gather(url)
        table, names = _side_by_side("PostgreSQL", url, crowd, operations, given)
        setting = report.setting(given.rounds, given.seconds, databases.counts(url))
        parts += [
            setting,
            report.markdown("PostgreSQL", table, names),
        ]
        if given.everything:
            parts += _of_mentorhub_alone(server, url, size, crowd, given)
    reads = [each for each in operations if not each.writes]
    if not given.no_sqlite and reads:
        url = databases.ready_sqlite(size)
        on_sqlite, there = _side_by_side("SQLite", url, askers.gather(url), reads, given)
        parts.insert(2, report.markdown("SQLite", on_sqlite, there))
    if given.write:
        digest = [setting, report.ratios("PostgreSQL", table, names)]
        if plot.draw(table, names):
            parts.insert(0, report.PICTURE.format(folder=""))
            digest.insert(0, report.PICTURE.format(folder="docs/"))
        else:
            print("matplotlib is not installed (requirements-bench.txt): there is no plot.")
        report.publish(report.PAGE, parts)
        report.publish(report.README, digest)


def _side_by_side(
    title: str, url: str, crowd: Crowd, operations: Sequence[Operation], given: argparse.Namespace
) -> tuple[Table, list[str]]:
    with Bench(url, crowd) as bench:
        for server in _chosen(title, given):
            try:
                bench.add(server)
            except (DidNotStart, OSError) as reason:
                if server is SERVERS[0]:
                    raise
                print(f"{server.title} is left out: {reason}", file=sys.stderr)
        bench.compare(operations)
        windows = bench.rounds(operations, rounds=given.rounds, seconds=given.seconds)
        table = gathered(report.told(windows))
        print(report.text(title, table, bench.servers))
        return table, bench.servers


def _chosen(title: str, given: argparse.Namespace) -> list[Server]:
    return [
        each
        for each in SERVERS
        if title.lower() in each.databases and (not given.servers or each.key in given.servers)
    ]


def _of_mentorhub_alone(
    server: str, url: str, size: Size, crowd: Crowd, given: argparse.Namespace
) -> list[str]:
    found = footprint.footprints(url, crowd, _chosen("PostgreSQL", given))
    scaled = footprint.workers(url, crowd, rounds=min(2, given.rounds), seconds=given.seconds)
    feet = footprint.markdown(found, scaled)
    pages = growth.by_page(url, crowd)
    grown = growth.markdown(growth.by_size(server, size, seconds=min(2.0, given.seconds)), pages)
    print(f"\n{feet}\n\n{grown}")
    return [grown, feet]


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    keys, names = [each.key.lower() for each in OPERATIONS], [each.key for each in SERVERS]
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument(
        "--only", nargs="+", choices=keys, default=[], metavar="OPERATION", help=", ".join(keys)
    )
    parser.add_argument(
        "--servers", nargs="+", choices=names, default=[], metavar="SERVER", help=", ".join(names)
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each window")
    parser.add_argument("--mentors", type=int, default=Size().mentors)
    parser.add_argument("--users", type=int, default=Size().users)
    parser.add_argument("--bookings", type=int, default=Size().bookings)
    parser.add_argument("--no-sqlite", action="store_true")
    parser.add_argument(
        "--peers-only", action="store_true", help="no growth, start, memory and second worker"
    )
    parser.add_argument(
        "--write", action="store_true", help="into docs/performance.md and .png, as a whole run does"
    )
    parser.add_argument(
        "--postgresql",
        default=os.environ.get("MENTORHUB_TEST_DATABASE_URL"),
        help="a server on which databases may be made; one from PyPI without it",
    )
    given = parser.parse_args()
    if given.quick:
        given.rounds, given.seconds = 1, 2.0
    given.everything = not (given.only or given.servers or given.peers_only)
    given.write = given.write or (given.everything and not given.quick)
    return given


if __name__ == "__main__":
    main()
