"""How this process does."""

import strawberry

from mentorhub import __version__
from mentorhub.execution import extend, rows
from mentorhub.resolvers import health
from mentorhub.resolvers.health import Component, Health
from mentorhub.resolvers.traffic import Figures
from mentorhub.rules.vocabulary import HealthStatus
from mentorhub.schema.administration import Admin
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import shown
from mentorhub.schema.words import declare

declare(
    HealthStatus,
    "How something does.",
    OK="As it should.",
    DEGRADED="It works, though late or not always.",
    DOWN="It does not work.",
)


@strawberry.type(
    description="Times within which so many of a hundred operations were answered, in milliseconds."
)
@rows(Figures)
class Percentiles:
    p50: float = strawberry.field(description="Half of them.")
    p95: float = strawberry.field(description="95 of 100.")
    p99: float = strawberry.field(description="99 of 100.")


@strawberry.type(description="How a part of the service does.")
@rows(Component)
class ComponentHealth:
    status: HealthStatus = strawberry.field(description="By the limits that stand at the part.")
    latency_milliseconds: float | None = strawberry.field(
        description="How long it takes, or how far behind it is; null where that is unknown."
    )
    backlog: int | None = strawberry.field(
        description="How much waits; null where nothing can, or that is unknown."
    )
    detail: str | None = strawberry.field(
        description="What is wrong, for a person; null where nothing is known."
    )


def _version(root: Health) -> str:
    return __version__


def _uptime(root: Health) -> int:
    return int(root.figures.uptime_seconds)


def _rate(root: Health) -> float:
    return root.figures.requests_per_second


def _errors(root: Health) -> float:
    return root.figures.error_rate


def _times(root: Health) -> Percentiles:
    return shown(root.figures)  # type: ignore[no-any-return]  # a row


@strawberry.type(
    description="How the process that answers does. Where several serve, each tells of itself alone."
)
@rows(Health)
class SystemHealth:
    status: HealthStatus = strawberry.field(
        description=(
            "The worst of its parts; also DEGRADED when, of 20 operations or more, 1 in 100 failed or 5 in 100 took "
            "longer than a second, and DOWN when half of them failed."
        )
    )
    version: str = strawberry.field(resolver=_version, description="Of MentorHub.")
    uptime_seconds: int = strawberry.field(resolver=_uptime, description="Since the process began to serve.")
    requests_per_second: float = strawberry.field(
        resolver=_rate, description="Operations over the last five minutes."
    )
    error_rate: float = strawberry.field(
        resolver=_errors,
        description="Share of these that failed by our own fault (INTERNAL, TIMEOUT, UNAVAILABLE), 0 to 1.",
    )
    response_milliseconds: Percentiles = strawberry.field(
        resolver=_times, description="How long these took, to within 5 %."
    )
    database: ComponentHealth = strawberry.field(
        description="A short read. DEGRADED from 250 ms on, DOWN without an answer in 3 s."
    )
    event_delivery: ComponentHealth = strawberry.field(
        description=(
            "The reader of the log, and the facts it has not handed over. DEGRADED from 5 s behind, DOWN from 60 s."
        )
    )
    outgoing_mail: ComponentHealth = strawberry.field(
        description="Mails on their way. DEGRADED when the oldest is 5 min old, DOWN when it is an hour old."
    )


@extend(Admin)
class AdminHealth:
    @strawberry.field(description="How this process does, over the last five minutes.")
    async def system_health(self, info: Info) -> SystemHealth:
        found = await health.look(info.context.desk, info.context.following.log)
        return shown(found)  # type: ignore[no-any-return]  # a row
