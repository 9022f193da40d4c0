"""Instants as PostgreSQL's driver carries them: each made once, however often it is read.

The driver makes a datetime by Python's own arithmetic, which takes longer than everything else about a row. Slots and
bookings begin on the quarter hour: the same instants come again and again.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
MOST: Final = 20_000
"""So many are kept, some 5 MB; then it begins anew."""


class _Known(dict[tuple[int], datetime]):
    """Instants by what the driver reads: microseconds since 2000, the largest and the smallest for infinity."""

    def __missing__(self, read: tuple[int]) -> datetime:
        if len(self) >= MOST:
            self.clear()
        self[read] = instant = _instant(read[0])
        return instant


def _instant(microseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return _LATEST if microseconds > 0 else _EARLIEST


def _microseconds(instant: datetime) -> tuple[int]:
    return ((instant - _EPOCH) // _MICROSECOND,)


KNOWN: Final = _Known()


async def remember_instants(connection: Any) -> None:
    """Has *connection*, asyncpg's, make its datetimes so."""
    await connection.set_type_codec(
        "timestamptz", schema="pg_catalog", format="tuple", encoder=_microseconds, decoder=KNOWN.__getitem__
    )
