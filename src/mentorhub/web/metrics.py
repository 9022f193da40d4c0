"""The figures that Prometheus reads at /metrics: what was served, and how the service is."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from itertools import accumulate
from secrets import compare_digest
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
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


class Metrics(Collector):
    """Counts what was served, and asks *figures* for the rest whenever it is read.

    The counting is done for every request, in plain numbers; prometheus_client gives them their form.
    """

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._requests: dict[tuple[str, str, int], int] = {}
        self._timed: dict[str, _Timed] = {}
        self._deprecated: Counter[str] = Counter()

    def __call__(self, served: Served) -> None:
        key = served.kind, served.transport, served.status
        self._requests[key] = self._requests.get(key, 0) + 1
        if served.deprecated:
            self._deprecated.update(served.deprecated)
        if served.kind != "subscription":
            timed = self._timed.get(served.kind)
            if timed is None:
                timed = self._timed[served.kind] = _Timed()
            timed.counts[bisect_left(_SECONDS, served.seconds)] += 1
            timed.total += served.seconds

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "mentorhub_requests_total",
            "Requests and operations of sockets, by what they were and the status of their answer.",
            labels=("kind", "transport", "status"),
        )
        for (kind, transport, status), count in self._requests.items():
            requests.add_metric((kind, transport, str(status)), count)
        seconds = HistogramMetricFamily(
            "mentorhub_request_seconds",
            "How long answers took; those of subscriptions, which last, are not among them.",
            labels=("kind",),
        )
        for kind, timed in self._timed.items():
            seconds.add_metric((kind,), timed.buckets(), timed.total)
        deprecated = CounterMetricFamily(
            "mentorhub_deprecated_fields_total",
            "Operations that use a deprecated field or argument.",
            labels=("field",),
        )
        for field, count in self._deprecated.items():
            deprecated.add_metric((field,), count)
        yield from (requests, seconds, deprecated)

    async def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        registry = CollectorRegistry()
        registry.register(self)
        registry.register(_Read(await self._figures()))
        return generate_latest(registry)


class _Timed:
    """How many answers took how long: one count for each of `_SECONDS`, and one for those that took longer."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(_SECONDS) + 1)
        self.total = 0.0

    def buckets(self) -> list[tuple[str, float]]:
        """How many took at most so long, as Prometheus counts."""
        bounds = (*(str(float(each)) for each in _SECONDS), "+Inf")
        return list(zip(bounds, accumulate(self.counts), strict=True))


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
