"""Instants shown in the time zone that the client asks for."""

from datetime import datetime
from typing import Annotated, Protocol

import strawberry

from mentorhub.rules import zones
from mentorhub.schema.scalars import TimeZone

InZone = Annotated[
    TimeZone | None,
    strawberry.argument(description="Whose offset the instant carries; UTC if none is given."),
]


class Spanning(Protocol):
    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


def in_zone(instant: datetime, timezone: TimeZone | None) -> datetime:
    return instant if timezone is None else instant.astimezone(zones.zone(timezone))


def starts_at(root: Spanning, timezone: InZone = None) -> datetime:
    return in_zone(root.starts_at, timezone)


def ends_at(root: Spanning, timezone: InZone = None) -> datetime:
    return in_zone(root.ends_at, timezone)


def duration_minutes(root: Spanning) -> int:
    return int((root.ends_at - root.starts_at).total_seconds()) // 60
