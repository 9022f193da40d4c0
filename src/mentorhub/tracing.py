"""Traces: spans of what a request was made of, for the OpenTelemetry collector that the settings name.

They come with the extra, `mentorhub[tracing]`; without a URL nothing of it is even imported.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span

_CLOSING_SECONDS: Final = 3


class Tracer:
    """Makes spans and hands them to *processor*. Each is a child of the one that it is made within."""

    def __init__(self, processor: "SpanProcessor") -> None:
        from opentelemetry import trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        from mentorhub import __version__

        resource = Resource.create({"service.name": "mentorhub", "service.version": __version__})
        # How many are kept is the environment's to say: OTEL_TRACES_SAMPLER.
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("mentorhub", __version__)
        self._trace = trace
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, name: str, headers: Mapping[str, str]) -> Iterator["Span"]:
        """A span that goes on with the trace that W3C's *headers* tell of, if they do."""
        with self._tracer.start_as_current_span(
            name, context=self._propagator.extract(headers), kind=self._trace.SpanKind.SERVER
        ) as span:
            yield span

    @contextmanager
    def operation(self, name: str, **attributes: Any) -> Iterator["Span"]:
        with self._tracer.start_as_current_span(name, attributes=attributes) as span:
            yield span

    @contextmanager
    def part(self, name: str, **attributes: Any) -> Iterator[None]:
        """A span within another; none where there is no other: the clock's own doings are nobody's request."""
        if not self._trace.get_current_span().is_recording():
            yield
            return
        with self._tracer.start_as_current_span(name, attributes=attributes):
            yield

    def fail(self, span: "Span", why: str) -> None:
        span.set_status(self._trace.StatusCode.ERROR, why)

    async def close(self) -> None:
        """Sends what waits to be sent, for a while: a collector that is away keeps nobody."""
        thread = Thread(target=self._provider.shutdown, daemon=True)
        thread.start()
        await asyncio.to_thread(thread.join, _CLOSING_SECONDS)


def open_tracer(url: str) -> Tracer:
    """Sends to the collector at *url* by OTLP over HTTP, in a thread of its own, some spans at a time."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return Tracer(BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=_CLOSING_SECONDS)))
