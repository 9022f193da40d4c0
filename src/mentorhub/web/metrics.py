"""The figures that Prometheus reads at /metrics: what was served, and how the service is."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from secrets import compare_digest
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Receive, Scope, Send

from mentorhub.web.answers import answer, not_found, refuse
from mentorhub.web.headers import headers_of
from mentorhub.web.served import Served

_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})


Figure = tuple[str, str, float]
"""A figure that somebody else keeps: its name, what it says, its value. `…_total` only ever rises."""

Figures = Callable[[], Awaitable[list[Figure]]]


class Metrics:
    """Counts what was served, and asks *figures* for the rest whenever it is read."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "mentorhub_requests_total",
            "Requests and operations of sockets, by what they were and the status of their answer.",
            ("kind", "transport", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "mentorhub_request_seconds",
            "How long answers took; those of subscriptions, which last, are not among them.",
            ("kind",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._deprecated = Counter(
            "mentorhub_deprecated_fields_total",
            "Operations that use a deprecated field or argument.",
            ("field",),
            registry=self._registry,
        )
        # Looking a child up by its labels costs more than counting.
        self._counted: dict[tuple[str, str, int], Counter] = {}
        self._timed: dict[str, Histogram] = {}

    def __call__(self, served: Served) -> None:
        key = served.kind, served.transport, served.status
        counter = self._counted.get(key)
        if counter is None:
            counter = self._counted[key] = self._requests.labels(
                served.kind, served.transport, str(served.status)
            )
        counter.inc()
        for name in served.deprecated:
            self._deprecated.labels(name).inc()
        if served.kind != "subscription":
            timed = self._timed.get(served.kind)
            if timed is None:
                timed = self._timed[served.kind] = self._seconds.labels(served.kind)
            timed.observe(served.seconds)

    async def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        others = CollectorRegistry()
        others.register(_Read(await self._figures()))
        return generate_latest(self._registry) + generate_latest(others)


class _Read(Collector):
    def __init__(self, figures: list[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        for name, says, value in self._figures:
            made = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            yield made(name, says, value=value)


def metrics_page(metrics: Metrics, *, token: str | None) -> ASGIApp:
    """For whoever shows *token*, and for this machine where there is none; to others it is not there."""

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in {"GET", "HEAD"} and _may_read(scope, token):
            await answer(send, 200, await metrics.text(), _TYPE, [(b"cache-control", b"no-store")])
        else:
            await refuse(send, not_found(scope["path"]))

    return page


def _may_read(scope: Scope, token: str | None) -> bool:
    if token is not None:
        shown: Mapping[bytes, bytes] = headers_of(scope)
        return compare_digest(shown.get(b"authorization", b""), b"Bearer " + token.encode())
    client = scope.get("client")
    return client is not None and client[0] in _LOOPBACK
