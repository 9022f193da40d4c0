"""Traces: which spans there are of what is asked, whose children they are, and what they tell."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from mentorhub.app import Service
from mentorhub.db import facts, figures
from mentorhub.db.facts import Telling
from mentorhub.db.keys import new_key
from mentorhub.house import House
from mentorhub.rules.facts import Fact, QuietKind
from mentorhub.schema import build_engine
from mentorhub.settings import Settings
from mentorhub.tracing import Tracer
from tests.api import MONDAY, Api, StandingClock
from tests.attacks.standing import Standing
from tests.given import mentor
from tests.web.serving import serving

TRACE = "0af7651916cd43dd8448eb211c80319c"
SENDER = "b7ad6b7169203331"
LIST = "query Browse { mentors(first: 3) { nodes { id rating { average } user { name } } } }"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.clear()


@pytest.fixture
async def service(house_settings: Settings, exporter: InMemorySpanExporter) -> AsyncIterator[Standing]:
    traced = Service(House(house_settings, tracer=Tracer(SimpleSpanProcessor(exporter))))
    async with (
        serving(traced.app, farewell=traced.farewell) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http,
    ):
        yield Standing(traced, port, http)


def _named(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


def _of(span: ReadableSpan, name: str) -> object:
    return (span.attributes or {}).get(name)


async def test_a_request_is_one_span_and_its_operation_and_statements_are_within(
    service: Standing, exporter: InMemorySpanExporter
) -> None:
    await service.ask(LIST, traceparent=f"00-{TRACE}-{SENDER}-01")

    spans = _named(exporter)
    request, operation = spans["POST query Browse"], spans["query Browse"]
    statements = [span for span in exporter.get_finished_spans() if span.name.startswith("statement")]
    assert {f"{span.context.trace_id:032x}" for span in exporter.get_finished_spans()} == {TRACE}
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == SENDER
    assert operation.parent is not None
    assert operation.parent.span_id == request.context.span_id
    assert statements
    assert all("SELECT" in str(_of(span, "db.query.text")) for span in statements)
    assert _of(request, "http.response.status_code") == 200
    assert _of(request, "mentorhub.request_id")
    assert _of(operation, "graphql.operation.name") == "Browse"
    assert isinstance(_of(operation, "mentorhub.cost"), int)


async def test_a_batch_is_one_span_however_many_it_is_for_and_a_field_that_is_read_is_none(
    house_settings: Settings, exporter: InMemorySpanExporter
) -> None:
    tracer, clock = Tracer(SimpleSpanProcessor(exporter)), StandingClock()
    async with House(house_settings, clock=clock, tracer=tracer) as house:
        api = Api(house, build_engine(tracer=tracer), clock)
        for _ in range(3):
            await mentor(api)
        exporter.clear()

        assert len((await api.ask(LIST))["mentors"]["nodes"]) == 3

    spans = [span for span in exporter.get_finished_spans() if span.name.startswith("batch")]
    assert [(span.name, _of(span, "mentorhub.parents")) for span in spans] == [("batch mentors.users", 3)]
    inner = [
        span
        for span in exporter.get_finished_spans()
        if span.parent is not None and span.parent.span_id == spans[0].context.span_id
    ]
    assert len(inner) == 1
    assert len(exporter.get_finished_spans()) <= 6


@pytest.mark.parametrize("tells", [True, False])
async def test_changes_that_are_made_in_one_go_are_one_span_that_says_all_of_them(
    house_settings: Settings, exporter: InMemorySpanExporter, *, tells: bool
) -> None:
    tracer = Tracer(SimpleSpanProcessor(exporter))
    async with House(house_settings, clock=StandingClock(), tracer=tracer) as house:
        told = [Telling([Fact(QuietKind.NOTIFIED, ("Notification", new_key()))] if tells else [])]
        with tracer.operation("counting"):
            await house.doors.database.write(
                lambda transaction: facts.write_all(
                    transaction, told, figures.adding({"bookings": 1}), at=MONDAY
                )
            )

    [span] = [span for span in exporter.get_finished_spans() if span.name.startswith("statement")]
    text = str(_of(span, "db.query.text"))
    assert span.name == "statement INSERT"
    assert ("INSERT INTO facts" in text, "INSERT INTO figures" in text) == (tells, True)


async def test_an_operation_of_a_socket_is_a_span_and_says_what_it_cost(
    service: Standing, exporter: InMemorySpanExporter
) -> None:
    async with service.socket() as socket:
        await socket.ask("query Who { viewer { user { id } } }")

    span = _named(exporter)["query Who"]
    assert span.parent is None
    assert _of(span, "mentorhub.cost") is not None


async def test_what_fails_is_marked_with_its_code(service: Standing, exporter: InMemorySpanExporter) -> None:
    await service.ask("mutation Read { markNotificationsRead(input: {}) { markedCount } }")

    span = _named(exporter)["mutation Read"]
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "UNAUTHENTICATED")


async def test_what_watches_the_service_and_what_the_clock_does_is_no_trace(
    service: Standing, exporter: InMemorySpanExporter
) -> None:
    for page in ("/healthz", "/readyz", "/metrics"):
        await service.http.get(page)

    assert exporter.get_finished_spans() == ()


def test_without_the_extra_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    hide = "import sys; sys.modules['opentelemetry'] = None; from mentorhub.cli import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", hide, "serve"],
        cwd=tmp_path,
        env={"MENTORHUB_TRACES_URL": "http://127.0.0.1:4318/v1/traces", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == (
        "mentorhub: MENTORHUB_TRACES_URL needs the extra for it; run: pip install 'mentorhub[tracing]'\n"
    )


def test_nothing_of_it_is_imported_while_it_is_off() -> None:
    look = "import sys, mentorhub.app, mentorhub.cli; print([n for n in sys.modules if 'opentelemetry' in n])"

    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
