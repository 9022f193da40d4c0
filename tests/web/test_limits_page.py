"""What integrators read of limits is what the code holds them to."""

import re
from pathlib import Path

import pytest

from mentorhub.execution import Limits as OfOperations
from mentorhub.rates import Allowance
from mentorhub.resolvers.paging import LARGEST_SIZE
from mentorhub.web.limits import Limits as OfTransports

PAGE = (Path(__file__).parents[2] / "docs/limits.md").read_text()
OPERATIONS, TRANSPORTS = OfOperations(), OfTransports()
KIBIBYTE = 1024

ROWS = {
    "a document: characters": f"{OPERATIONS.characters:,}",
    "a document: tokens": f"{OPERATIONS.tokens:,}",
    "a document: operations": f"{OPERATIONS.operations}",
    "a document: directives": f"{OPERATIONS.directives}",
    "a document: comparisons": f"{OPERATIONS.comparisons:,}",
    "an operation: depth": f"{OPERATIONS.depth}",
    "an operation: aliases": f"{OPERATIONS.aliases}",
    "an operation: root fields of a query": f"{OPERATIONS.root_fields}",
    "an operation: root fields of a mutation": f"{OPERATIONS.mutations}",
    "an operation: cost": f"{OPERATIONS.cost:,}",
    "an introspection: depth": f"{OPERATIONS.introspection_depth}",
    "an introspection: cost": f"{OPERATIONS.introspection_cost:,}",
    "a page": f"{LARGEST_SIZE} (",
    "faults told": f"{OPERATIONS.errors}",
    "a query string": f"{TRANSPORTS.query_string_bytes // KIBIBYTE} KiB",
    "a body": f"{TRANSPORTS.json_bytes // KIBIBYTE**2} MiB, {TRANSPORTS.body_seconds:g} s",
    "an upload": f"{TRANSPORTS.upload_bytes // KIBIBYTE**2} MiB, {TRANSPORTS.upload_files} files,",
    "an export": f"{TRANSPORTS.stall_seconds:g} s, {TRANSPORTS.export_seconds:g} s",
    "nesting": f"{TRANSPORTS.nesting}",
    "sockets and event streams": f"{TRANSPORTS.streams_per_address:,}",
    "operations of a socket": f"{TRANSPORTS.subscriptions_per_socket}",
    "a message": f"{TRANSPORTS.message_bytes // KIBIBYTE} KiB,",
    "until": f"{TRANSPORTS.init_seconds:g} s",
    "silence": f"{TRANSPORTS.silence_seconds:g} s",
    "a reader that takes nothing": f"{TRANSPORTS.stall_seconds:g} s",
}


@pytest.mark.parametrize(("what", "figure"), ROWS.items())
def test_a_figure_of_the_page_is_the_code_s(what: str, figure: str) -> None:
    [row] = re.findall(rf"^\| {what}[^|]*\|([^|]*)\|", PAGE, re.MULTILINE)

    assert row.strip().startswith(figure)


def test_so_are_the_points() -> None:
    assert f"a bucket of {Allowance().points:,} points, into which {Allowance().restored} come back" in PAGE
