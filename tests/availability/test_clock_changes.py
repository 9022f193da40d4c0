"""The days on which clocks change, and zones far from UTC, through the whole service."""

from datetime import datetime, timedelta

import pytest

from mentorhub.schema.nodes import id_of
from tests import given
from tests.api import Api

ADD = """
mutation($date: Date!, $start: LocalTime!, $end: LocalTime!) {
  addDateAvailability(input: {date: $date, startTime: $start, endTime: $end}) { userErrors { code } } }
"""
SLOTS = """
query($id: ID!, $zone: TimeZone) { mentor(id: $id) {
  slots(first: 500) { startsAt inZone: startsAt(timezone: $zone) durationMinutes } } }
"""


@pytest.mark.parametrize(
    ("zone", "date", "block", "minutes", "starts"),
    [
        # Spring forward at 02:00: an hour less than it looks, and no break.
        ("America/New_York", "2026-03-08", "01:00-04:00", 30, "06:00 06:30 07:00 07:30"),
        ("America/New_York", "2026-03-08", "01:00-04:00", 60, "06:00 07:00"),
        ("America/New_York", "2026-03-08", "01:00-04:00", None, "06:00+120"),
        ("America/New_York", "2026-03-08", "02:30-04:00", 60, "07:00"),
        ("America/New_York", "2026-03-08", "02:00-03:00", 15, ""),
        # Back at 02:00: the hour from 01:00 is there twice.
        (
            "America/New_York",
            "2026-11-01",
            "01:00-04:00",
            30,
            "05:00 05:30 06:00 06:30 07:00 07:30 08:00 08:30",
        ),
        ("America/New_York", "2026-11-01", "01:00-04:00", 60, "05:00 06:00 07:00 08:00"),
        ("America/New_York", "2026-11-01", "01:30-02:00", 30, "05:30 06:30"),
        ("America/New_York", "2026-11-01", "01:30-02:00", None, "05:30+30 06:30+30"),
        ("Asia/Kathmandu", "2026-03-08", "09:00-11:00", 60, "03:15 04:15"),
        # Half an hour, in either direction.
        ("Australia/Lord_Howe", "2026-04-05", "01:00-03:00", 60, "14:00 15:00"),
        ("Australia/Lord_Howe", "2026-04-05", "01:00-03:00", None, "14:00+150"),
        ("Australia/Lord_Howe", "2026-10-04", "01:00-03:00", None, "14:30+90"),
        # There is no midnight on this day.
        ("Africa/Cairo", "2026-04-24", "00:00-02:00", 60, "22:00"),
        ("Africa/Cairo", "2026-04-24", "00:00-00:45", None, ""),
        ("Pacific/Kiritimati", "2026-03-11", "09:00-10:00", 60, "19:00"),
        ("Pacific/Pago_Pago", "2026-03-11", "09:00-10:00", 60, "20:00"),
        ("Pacific/Kiritimati", "2026-03-11", "23:00-24:00", 60, "09:00"),
    ],
)
async def test_slots_are_where_the_wall_clock_reads_so(
    api: Api, zone: str, date: str, block: str, minutes: int | None, starts: str
) -> None:
    api.clock.instant = datetime.fromisoformat(f"{date}T00:00:00+00:00") - timedelta(days=4)
    mentor = await given.mentor(api, timezone=zone, terms={"session_minutes": minutes})
    start, end = block.split("-")

    await api.do(ADD, mentor, date=date, start=start, end=end)

    id_ = id_of("Mentor", mentor.mentor_id or mentor.user_id)
    found = (await api.ask(SLOTS, id=id_, zone=zone))["mentor"]
    shown = [(slot["startsAt"][11:16], slot["durationMinutes"]) for slot in found["slots"]]
    if minutes is None:
        assert " ".join(f"{start}+{length}" for start, length in shown) == starts
    else:
        assert shown == [(start, minutes) for start in starts.split()]
    for slot in found["slots"]:
        assert slot["inZone"][:10] == date
        assert datetime.fromisoformat(slot["inZone"]) == datetime.fromisoformat(slot["startsAt"])


async def test_a_weekly_block_stays_on_the_wall_while_the_clocks_change(api: Api) -> None:
    mentor = await given.mentor(
        api, timezone="America/New_York", terms={"session_minutes": 60, "horizon_days": 14}
    )
    add = """
    mutation { addWeeklyAvailability(input: {weekday: FRIDAY, startTime: "09:00", endTime: "10:00"}) {
      mentor { slots { startsAt inZone: startsAt(timezone: "America/New_York") } } userErrors { code } } }
    """

    slots = (await api.do(add, mentor))["mentor"]["slots"]

    assert slots == [
        {"startsAt": "2026-03-06T14:00:00Z", "inZone": "2026-03-06T09:00:00-05:00"},
        {"startsAt": "2026-03-13T13:00:00Z", "inZone": "2026-03-13T09:00:00-04:00"},
    ]
