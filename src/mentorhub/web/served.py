"""What was served: one record a request, or an operation of a socket, for the log and the figures of operators."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError
from starlette.types import Scope

from mentorhub.execution import Prepared
from mentorhub.web.approach import Context, Transport

_LONGEST_NAME = 100
_STATUS_OF_CODE = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "RATE_LIMITED": 429,
    "INTERNAL": 500,
    "TIMEOUT": 503,
    "UNAVAILABLE": 503,
}
"""The statuses of operations that were understood and still not executed, for whoever reads a status at all."""


@dataclass(slots=True)
class Served:
    """`status` is HTTP's; an operation of a socket has the one that it would have had over HTTP."""

    request_id: str
    transport: Transport
    kind: str = "page"
    """page, query, mutation or subscription; unread, if it came to the GraphQL endpoint and was none of these."""
    name: str | None = None
    """Of the operation, as its document names it; of a page the path's first part, since more may hold a secret."""
    status: int = 0
    code: str | None = None
    """Of the first error that was told."""
    cost: int | None = None
    viewer: str | None = None
    deprecated: tuple[str, ...] = ()
    """What the operation uses that will go, as `Type.field`."""
    began: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0

    def reads(self, prepared: Prepared) -> None:
        self.kind = prepared.operation_type
        self.deprecated = prepared.deprecated
        name = prepared.name
        self.name = name[:_LONGEST_NAME] if name else None

    def errs(self, errors: Sequence[GraphQLError] | Sequence[Mapping[str, Any]] | None) -> None:
        if errors:
            first = errors[0]
            extensions = first.extensions if isinstance(first, GraphQLError) else first.get("extensions")
            self.code = (extensions or {}).get("code")

    def ends(self, context: Context | None = None, *, status: int | None = None) -> None:
        if context is not None:
            self.viewer = context.viewer_key
            self.cost = (context.extensions.get("cost") or {}).get("actual", context.charged)
        if status is not None:
            self.status = status
        self.seconds = time.perf_counter() - self.began


Observer = Callable[[Served], None]
"""Told of everything that was served; must not wait."""


def nobody(served: Served) -> None:
    """Nobody wants to know."""


def status_of(code: str | None) -> int:
    return 200 if code is None else _STATUS_OF_CODE.get(code, 400)


def served_of(scope: Scope) -> Served | None:
    """The record of this request, where anybody keeps one."""
    served: Served | None = scope.get("state", {}).get("served")
    return served
