"""Measures MentorHub beside others: `make bench`, or `python -m benchmarks --help`."""

import argparse
import os
import signal
import sys

from benchmarks import askers, databases, report
from benchmarks.comparing import Bench, gathered
from benchmarks.databases import Size
from benchmarks.load import has_wrk
from benchmarks.operations import OPERATIONS
from benchmarks.processes import DidNotStart
from benchmarks.servers import SERVERS


def main() -> None:
    # Whoever ends this ends the servers, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    given = _given()
    if not has_wrk():
        print(
            "wrk is not installed (Debian: apt-get install wrk): the load comes from Python, which costs more."
        )
    size = Size(given.mentors, given.users, given.bookings)
    operations = [each for each in OPERATIONS if not given.only or each.key.lower() in given.only]
    with databases.postgresql_server(given.postgresql) as server:
        url = databases.ready_postgresql(server, size)
        _measure("PostgreSQL", url, operations, given)
    reads = [each for each in operations if not each.writes]
    if not given.no_sqlite and reads:
        _measure("SQLite", databases.ready_sqlite(size), reads, given)


def _measure(title: str, url: str, operations: list, given: argparse.Namespace) -> None:
    crowd = askers.gather(url)
    with Bench(url, crowd) as bench:
        for server in SERVERS:
            if title.lower() in server.databases and (not given.servers or server.key in given.servers):
                try:
                    bench.add(server)
                except (DidNotStart, OSError) as reason:
                    print(f"{server.title} is left out: {reason}", file=sys.stderr)
        bench.compare(operations)
        table = gathered(report.told(bench.rounds(operations, rounds=given.rounds, seconds=given.seconds)))
        print(report.text(title, table, bench.servers))


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    keys = [each.key.lower() for each in OPERATIONS]
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument(
        "--only", nargs="+", choices=keys, default=[], metavar="OPERATION", help=", ".join(keys)
    )
    names = [each.key for each in SERVERS]
    parser.add_argument(
        "--servers", nargs="+", choices=names, default=[], metavar="SERVER", help=", ".join(names)
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each window")
    parser.add_argument("--mentors", type=int, default=Size.mentors)
    parser.add_argument("--users", type=int, default=Size.users)
    parser.add_argument("--bookings", type=int, default=Size.bookings)
    parser.add_argument("--no-sqlite", action="store_true")
    parser.add_argument(
        "--postgresql",
        default=os.environ.get("MENTORHUB_TEST_DATABASE_URL"),
        help="a server on which databases may be made; one from PyPI without it",
    )
    given = parser.parse_args()
    if given.quick:
        given.rounds, given.seconds = 1, 2.0
    return given


if __name__ == "__main__":
    main()
