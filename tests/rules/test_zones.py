import shutil
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from mentorhub.rules import zones
from tests.rules.wall_clocks import at


@pytest.mark.parametrize(
    "name",
    [
        "America/New_York",
        "America/Argentina/ComodRivadavia",
        "Asia/Calcutta",
        "EST",
        "EST5EDT",
        "Etc/GMT+5",
        "GMT0",
        "Pacific/Kiritimati",
        "US/Eastern",
        "UTC",
    ],
)
def test_an_iana_name_is_accepted_and_stays_as_it_is(name: str) -> None:
    assert zones.is_zone(name)

    assert zones.zone(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "+02:00",
        "../zoneinfo/Europe/Berlin",
        "/usr/share/zoneinfo/Europe/Berlin",
        "America",
        "America/New York",
        "America/New_York ",
        "America/new_york",
        "America//New_York",
        "EST5",
        "Europe/Berlin\0",
        "Factory",
        "Mars/Olympus",
        "\ud800",
        "est5edt",
        "leapseconds",
        "localtime",
        "posix/Europe/Berlin",
        "posixrules",
        "right/Europe/Berlin",
        "tzdata.zi",
        "zone.tab",
    ],
)
def test_anything_else_is_refused(name: str) -> None:
    assert not zones.is_zone(name)

    with pytest.raises(zones.UnknownZone):
        zones.zone(name)


def test_every_accepted_name_has_a_zone_that_tells_its_offset() -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)

    offsets = {name: now.astimezone(zones.zone(name)).utcoffset() for name in zones.names()}

    assert len(offsets) > 590
    assert offsets["Asia/Kathmandu"] == timedelta(hours=5, minutes=45)
    assert offsets["Etc/GMT+5"] == -timedelta(hours=5)
    assert all(offset is not None and abs(offset) <= timedelta(hours=14) for offset in offsets.values())


def test_a_zone_is_the_same_object_each_time() -> None:
    assert zones.zone("Africa/Cairo") is zones.zone("Africa/Cairo")


@pytest.fixture
def a_machine_that_takes_berlin_for_tokyo(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "Europe").mkdir()
    with as_file(files("tzdata") / "zoneinfo" / "Asia" / "Tokyo") as tokyo:
        shutil.copy(tokyo, tmp_path / "Europe" / "Berlin")
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path)])
    zoneinfo.ZoneInfo.clear_cache()
    zones.zone.cache_clear()
    yield
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.usefixtures("a_machine_that_takes_berlin_for_tokyo")
def test_the_database_of_the_machine_changes_nothing() -> None:
    noon = at("2026-01-01 12:00")

    assert noon.astimezone(zoneinfo.ZoneInfo("Europe/Berlin")).hour == 21
    assert noon.astimezone(zones.zone("Europe/Berlin")).hour == 13


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Pacific/Kiritimati", date(2026, 1, 2)),
        ("UTC", date(2026, 1, 1)),
        ("Pacific/Pago_Pago", date(2025, 12, 31)),
    ],
)
def test_today_is_the_date_on_the_wall_there(name: str, expected: date) -> None:
    now = at("2026-01-01 10:30")

    assert zones.today(zones.zone(name), now=now) == expected
