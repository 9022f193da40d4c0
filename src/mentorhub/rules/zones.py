"""Time zones: the names that are accepted, and the zone behind each; no other module makes a ZoneInfo."""

from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

# zoneinfo by itself prefers the machine's own zones, often a year old: two machines on one database would cut
# the same availability into different slots. So every zone comes from the package, a dependency like others,
# and is loaded by hand: `zoneinfo.reset_tzpath` would change zones under everybody else in the process.
_DATABASE: Final = files("tzdata")

_NO_PLACE: Final = "Factory"
"""In the database for machines whose zone nobody has set yet."""


class UnknownZone(ValueError):  # noqa: N818 -- it says what it is
    """Not an IANA time zone name."""


def is_zone(name: str) -> bool:
    """Whether *name* is an IANA name, to the letter: `US/Eastern` and `EST5EDT` are, `est5edt`, `EST5`,
    `+02:00`, `localtime`, `posixrules` and paths are not.
    """
    return name in names()


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name, the same object each time; an old name stays as it is.

    Raises UnknownZone for everything that `is_zone` denies.
    """
    if not is_zone(name):
        raise UnknownZone(name)
    with _DATABASE.joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def names() -> frozenset[str]:
    """Every name that is accepted, old ones included."""
    listed = _DATABASE.joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(listed) - {_NO_PLACE}


def today(clock: ZoneInfo, *, now: datetime) -> date:
    """The date that clocks of the zone show at *now*."""
    return now.astimezone(clock).date()
