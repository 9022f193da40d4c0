"""Changes of bookings to their parties and to administrators, and no frame to anybody else."""

from datetime import timedelta

import pytest

from mentorhub.db.keys import new_key
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.instants import written
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus
from tests import rows
from tests.api import MONDAY
from tests.live.service import Live, Person

CHANGES = """
subscription ($booking: ID, $after: String) {
  bookingStatusChanged(bookingId: $booking, after: $after) {
    cursor previousStatus status startsAt(timezone: "Europe/Rome") actor { name } booking { id topic }
  }
}
"""


class Session:
    """A booking with its parties, whose changes are told."""

    def __init__(self, live: Live, mentor: Person, mentee: Person, mentor_id: Key, booking: Key) -> None:
        self.live = live
        self.mentor, self.mentee, self.mentor_id, self.booking = mentor, mentee, mentor_id, booking

    @property
    def id(self) -> str:
        return f"booking_{self.booking}"

    async def becomes(
        self, kind: ActivityKind, status: BookingStatus, previous: BookingStatus | None
    ) -> None:
        data = {"previous": previous, "status": status, "starts_at": written(MONDAY), "reason": None}
        fact = Fact(
            kind,
            ("Booking", self.booking),
            actor_id=self.mentee.key,
            booking_id=self.booking,
            mentor_id=self.mentor_id,
            user_id=self.mentee.key,
            data=data,
        )
        await self.live.tell(fact)

    async def goes_through(self) -> None:
        await self.becomes(ActivityKind.BOOKING_REQUESTED, BookingStatus.PENDING, None)
        await self.becomes(ActivityKind.BOOKING_CONFIRMED, BookingStatus.CONFIRMED, BookingStatus.PENDING)


@pytest.fixture
async def session(live: Live) -> Session:
    database = live.house.doors.database
    mentor, mentee = await live.person(name="Mentor"), await live.person(name="Mentee")
    mentor_id = await rows.mentor(database, user_id=mentor.key)
    start = MONDAY + timedelta(days=2)
    booking = await rows.booking(database, mentor_id, start, start + timedelta(hours=1), mentee_id=mentee.key)
    return Session(live, mentor, mentee, mentor_id, booking)


async def test_both_parties_hear_of_their_own_bookings(live: Live, session: Session) -> None:
    async with live.ear(session.mentor, CHANGES) as one, live.ear(session.mentee, CHANGES) as other:
        await session.goes_through()
        heard = [[await ear.hear() for _ in range(2)] for ear in (one, other)]

    assert heard[0] == heard[1]
    assert [each["status"] for each in heard[0]] == ["PENDING", "CONFIRMED"]
    assert [each["previousStatus"] for each in heard[0]] == [None, "PENDING"]
    assert heard[0][0]["startsAt"] == "2026-03-02T10:00:00+01:00"
    assert heard[0][0]["booking"] == {"id": session.id, "topic": "How to begin"}


async def test_strangers_get_no_frame_at_all(live: Live, session: Session) -> None:
    stranger, admin = await live.person(), await live.admin()

    async with live.ear(stranger, CHANGES) as one, live.ear(admin, CHANGES) as other:
        async with live.ear(session.mentee, CHANGES) as party:
            await session.goes_through()
            assert [(await party.hear())["status"] for _ in range(2)] == ["PENDING", "CONFIRMED"]
        assert await one.is_silent()
        assert await other.is_silent()


async def test_an_administrator_hears_of_the_booking_named(live: Live, session: Session) -> None:
    admin = await live.admin()

    async with live.ear(admin, CHANGES, booking=session.id) as ear:
        await session.goes_through()
        heard = [(await ear.hear())["status"] for _ in range(2)]

    assert heard == ["PENDING", "CONFIRMED"]


async def test_a_booking_that_is_hidden_is_as_one_that_is_not(live: Live, session: Session) -> None:
    stranger = await live.person()
    others = (session.id, f"booking_{new_key()}", "booking_7", f"mentor_{session.mentor_id}")

    refused = [await live.refusal(stranger, CHANGES, booking=booking) for booking in others]

    assert refused == ["NOT_FOUND"] * 4
    assert await live.refusal(None, CHANGES) == "UNAUTHENTICATED"


async def test_the_viewers_cursor_gives_what_comes_after_it(live: Live, session: Session) -> None:
    await session.becomes(ActivityKind.BOOKING_REQUESTED, BookingStatus.PENDING, None)
    cursor = (await live.ask(session.mentee, "{ viewer { cursor } }"))["data"]["viewer"]["cursor"]
    await session.becomes(ActivityKind.BOOKING_CONFIRMED, BookingStatus.CONFIRMED, BookingStatus.PENDING)

    async with live.ear(session.mentee, CHANGES, after=cursor) as ear:
        await session.becomes(
            ActivityKind.BOOKING_COMPLETED, BookingStatus.COMPLETED, BookingStatus.CONFIRMED
        )
        heard = [(await ear.hear())["status"] for _ in range(2)]
        assert await ear.is_silent()

    assert heard == ["CONFIRMED", "COMPLETED"]


async def test_who_becomes_a_mentor_while_listening_hears_of_requests(live: Live, session: Session) -> None:
    newcomer = await live.person(name="Newcomer")

    async with live.ear(newcomer, CHANGES) as ear:
        database = live.house.doors.database
        mentor_id = await rows.mentor(database, user_id=newcomer.key)
        start = MONDAY + timedelta(days=3)
        booking = await rows.booking(
            database, mentor_id, start, start + timedelta(hours=1), mentee_id=session.mentee.key
        )
        await live.tell(
            Fact(ActivityKind.MENTOR_APPLIED, ("Mentor", mentor_id), newcomer.key, mentor_id=mentor_id)
        )
        await Session(live, newcomer, session.mentee, mentor_id, booking).goes_through()
        heard = await ear.hear()

    assert heard["booking"]["id"] == f"booking_{booking}"
