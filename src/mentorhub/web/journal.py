"""The journal: a line for each request and each operation of a socket."""

from typing import Any

from mentorhub.logs import tell
from mentorhub.web.served import Served

_WATCHDOGS = frozenset({"healthz", "readyz", "metrics"})


def is_watchdog(page: str | None) -> bool:
    """Whether *page* is for what watches the service."""
    return page in _WATCHDOGS


def journal(served: Served) -> None:
    """Writes down what was served; what watches the service is not worth a line while all is well."""
    if is_watchdog(served.name) and served.status == 200:
        return
    line: dict[str, Any] = {
        "kind": served.kind,
        "operation" if served.kind != "page" else "page": served.name,
        "transport": served.transport,
        "status": served.status,
        "ms": round(served.seconds * 1000, 2),
        "request_id": served.request_id,
    }
    if served.code is not None:
        line["code"] = served.code
    if served.cost is not None:
        line["cost"] = served.cost
    if served.viewer is not None:
        line["viewer"] = served.viewer
    if served.deprecated:
        line["deprecated"] = list(served.deprecated)
    tell("served", line)
