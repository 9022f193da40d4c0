"""Reminders: to both, a day and an hour before, judged when they are sent."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from mentorhub.db.statements import change
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.types import Instant
from mentorhub.resolvers.desk import Desk, Viewer, Work
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus
from tests import given, rows
from tests.api import MONDAY, Api, open_api

TITLES = "{ viewer { notifications { nodes { kind title } } } }"
LIVE_IN = """
mutation ($zone: TimeZone!) { updateAccount(input: {timezone: $zone}) { userErrors { code } } }
"""
START = MONDAY + timedelta(days=3)
ALTER = change(
    update(bookings)
    .where(bookings.c.id == bindparam("booking_id"))
    .values(
        status=bindparam("status_"),
        starts_at=bindparam("starts_at_", type_=Instant()),
        ends_at=bindparam("ends_at_", type_=Instant()),
        meeting_url=bindparam("url"),
    )
)


class Meeting:
    def __init__(self, api: Api, mentor: Viewer, mentee: Viewer, mentor_id: Key, booking: Key) -> None:
        self.api = api
        self.mentor, self.mentee, self.mentor_id, self.booking = mentor, mentee, mentor_id, booking

    async def becomes(
        self,
        kind: ActivityKind,
        *,
        starts_at: datetime = START,
        status: BookingStatus = BookingStatus.CONFIRMED,
        url: str | None = "https://meet.example/1",
    ) -> None:
        async def do(work: Work) -> None:
            await work.transaction.run(
                ALTER,
                booking_id=self.booking,
                status_=status,
                starts_at_=starts_at,
                ends_at_=starts_at + timedelta(hours=1),
                url=url,
            )
            work.tell(
                Fact(
                    kind,
                    ("Booking", self.booking),
                    actor_id=self.mentor.user_id,
                    booking_id=self.booking,
                    mentor_id=self.mentor_id,
                    user_id=self.mentee.user_id,
                )
            )

        await Desk(self.api.house.doors, None, self.api.clock.now()).do(do)

    async def reminders(self, viewer: Viewer) -> list[str]:
        """What *viewer* was reminded of, oldest first; the jobs run twice, as they may."""
        await self.api.run_jobs()
        await self.api.run_jobs()
        nodes: list[dict[str, Any]] = (await self.api.ask(TITLES, viewer))["viewer"]["notifications"]["nodes"]
        return [each["title"] for each in reversed(nodes) if each["kind"] == "SESSION_REMINDER"]


@pytest.fixture
async def meeting(api: Api) -> Meeting:
    mentor, mentee = await given.user(api, name="Ines"), await given.user(api, name="Noor")
    database = api.house.doors.database
    mentor_id = await rows.mentor(database, user_id=mentor.user_id)
    booking = await rows.booking(
        database, mentor_id, START, START + timedelta(hours=1), mentee_id=mentee.user_id
    )
    return Meeting(api, mentor, mentee, mentor_id, booking)


def at(api: Api, instant: datetime) -> None:
    api.clock.instant = instant


async def test_both_are_reminded_once_a_day_and_an_hour_before(api: Api, meeting: Meeting) -> None:
    await meeting.becomes(ActivityKind.BOOKING_CONFIRMED)
    at(api, START - timedelta(hours=24, seconds=1))
    assert await meeting.reminders(meeting.mentee) == []

    at(api, START - timedelta(hours=24))
    assert await meeting.reminders(meeting.mentee) == ["Your session with Ines is tomorrow"]
    at(api, START - timedelta(hours=1))

    assert await meeting.reminders(meeting.mentee) == [
        "Your session with Ines is tomorrow",
        "Your session with Ines is in an hour",
    ]
    assert len(await meeting.reminders(meeting.mentor)) == 2


@pytest.mark.parametrize(
    ("zone", "said"), [("Pacific/Kiritimati", "today"), ("UTC", "today"), ("America/Los_Angeles", "tomorrow")]
)
async def test_a_late_reminder_says_when_by_its_readers_own_clock(
    api: Api, meeting: Meeting, zone: str, said: str
) -> None:
    await api.do(LIVE_IN, meeting.mentee, zone=zone)
    await meeting.becomes(ActivityKind.BOOKING_CONFIRMED)

    at(api, START - timedelta(hours=5))

    assert await meeting.reminders(meeting.mentee) == [f"Your session with Ines is {said}"]


async def test_what_had_passed_at_the_confirmation_is_not_sent(api: Api, meeting: Meeting) -> None:
    at(api, START - timedelta(hours=5))
    await meeting.becomes(ActivityKind.BOOKING_CONFIRMED)
    assert await meeting.reminders(meeting.mentee) == []

    at(api, START - timedelta(minutes=50))

    assert await meeting.reminders(meeting.mentee) == ["Your session with Ines is in 50 minutes"]


async def test_a_cancelled_session_is_not_reminded_of(api: Api, meeting: Meeting) -> None:
    await meeting.becomes(ActivityKind.BOOKING_CONFIRMED)
    await meeting.becomes(ActivityKind.BOOKING_CANCELLED, status=BookingStatus.CANCELLED)

    at(api, START - timedelta(hours=1))

    assert await meeting.reminders(meeting.mentee) == []


async def test_a_move_arms_reminders_anew(api: Api, meeting: Meeting) -> None:
    await meeting.becomes(ActivityKind.BOOKING_CONFIRMED)
    at(api, START - timedelta(hours=24))
    assert len(await meeting.reminders(meeting.mentee)) == 1
    later = START + timedelta(days=2)
    await meeting.becomes(ActivityKind.BOOKING_RESCHEDULED, starts_at=later)

    at(api, START - timedelta(hours=1))
    assert len(await meeting.reminders(meeting.mentee)) == 1
    at(api, later - timedelta(hours=24))
    assert len(await meeting.reminders(meeting.mentee)) == 2
    at(api, later - timedelta(hours=1))

    assert len(await meeting.reminders(meeting.mentee)) == 3


async def test_who_was_down_for_an_hour_still_reminds_and_who_was_for_a_day_does_so_once(
    api: Api, meeting: Meeting
) -> None:
    await meeting.becomes(ActivityKind.BOOKING_CONFIRMED)

    at(api, START - timedelta(minutes=20))

    assert await meeting.reminders(meeting.mentee) == ["Your session with Ines is in 20 minutes"]
    at(api, START + timedelta(minutes=1))
    assert len(await meeting.reminders(meeting.mentee)) == 1


async def test_two_processes_at_once_remind_once(api: Api, meeting: Meeting) -> None:
    await meeting.becomes(ActivityKind.BOOKING_CONFIRMED)
    due = START - timedelta(hours=24)
    at(api, due)

    async with open_api(api.house.settings, at=due) as other:
        await asyncio.gather(*(each.run_jobs() for each in (api, other, api, other)))

    for viewer in (meeting.mentor, meeting.mentee):
        assert len(await meeting.reminders(viewer)) == 1


async def test_a_mentor_without_a_meeting_url_is_told_a_day_before(api: Api, meeting: Meeting) -> None:
    await meeting.becomes(ActivityKind.BOOKING_CONFIRMED, url=None)

    at(api, START - timedelta(hours=24))

    assert sorted(await meeting.reminders(meeting.mentor)) == [
        "Your session with Noor has no meeting address",
        "Your session with Noor is tomorrow",
    ]
    assert len(await meeting.reminders(meeting.mentee)) == 1
