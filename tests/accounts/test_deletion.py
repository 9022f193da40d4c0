"""Deleting accounts: nothing of the person is left anywhere."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from mentorhub.db import accounts
from mentorhub.db.database import Database
from mentorhub.db.statements import Statement
from mentorhub.db.tables import METADATA
from mentorhub.db.tables.feedback import feedback
from mentorhub.rules.mentors import Terms
from mentorhub.rules.vocabulary import BookingStatus, Role, UserStatus, Weekday
from tests import given, recount, rows
from tests.accounts.people import (
    CHANGE_EMAIL,
    CREATE_TOKEN,
    DELETE,
    ERRORS,
    PASSWORD,
    PASSWORD_HASH,
    REQUEST_RESET,
    SIGN_IN,
    SIGN_UP,
    UPDATE,
    Mailbox,
    Visitor,
    person,
    session,
)
from tests.accounts.pictures import picture
from tests.accounts.test_photos import UPLOAD, Sent
from tests.api import Api

ADD_TIME_OFF = (
    f"mutation ($input: AddTimeOffInput!) {{ addTimeOff(input: $input) {{ timeOff {{ id }} {ERRORS} }} }}"
)
SLOTS = "query ($id: ID!) { mentor(id: $id) { slots(first: 200) { id } } }"
REQUEST = f"mutation ($input: RequestBookingInput!) {{ requestBooking(input: $input) {{ booking {{ id }} {ERRORS} }} }}"
CONFIRM = f"mutation ($input: ConfirmBookingInput!) {{ confirmBooking(input: $input) {{ booking {{ id }} {ERRORS} }} }}"
MEET = f"mutation ($input: SetMeetingUrlInput!) {{ setMeetingUrl(input: $input) {{ booking {{ id }} {ERRORS} }} }}"
BOOKING = "query ($id: ID!) { booking(id: $id) { status mentee { name } mentor { name } } }"
NAME = "Zerubavela Quillfeather"
EMAIL = "zerubavela@quillfeather.example"
TRACES = (
    *("zerubavel", "quillfeather", "203.0.113", "Zerulator/9", "Kathmandu", "Zeru Works", "zeruhub"),
    *("Chief of Zeru", "a zeru time off", "zeru-calendar"),
)


async def _everything(database: Database) -> list[str]:
    """Each row of each table, as text, with its table."""
    found: list[str] = []
    for table in METADATA.sorted_tables:
        row: type[Any] = NamedTuple(table.name, [(str(column.key), Any) for column in table.c])  # type: ignore[misc]
        statement: Statement[Any] = Statement(select(*table.c), row, long=True)
        found += [str(each) for each in await database.reader.all(statement)]
    return found


def _photos(api: Api) -> list[Path]:
    return list(Path(api.house.settings.media_url.removeprefix("file:")).rglob("*.jpg"))


async def _lived_in(api: Api) -> Visitor:
    """A mentor and mentee who has done all there is to do, under a name and an address that nobody else has."""
    mentor = await given.mentor(
        api,
        name=NAME,
        company="Zeru Works",
        job_title="Chief of Zeru",
        timezone="Asia/Kathmandu",
        social_links={"github": "https://github.com/zeruhub"},
        weekly=[(day, 0, 24 * 60) for day in Weekday],
        terms=Terms(session_minutes=60, default_meeting_url="https://meet.example/zeruhub"),
    )
    await api.house.doors.database.write(
        lambda transaction: accounts.set_values(
            transaction, mentor.user_id, email=EMAIL, email_verified_at=api.clock.now()
        )
    )
    await api.house.doors.database.write(
        lambda transaction: accounts.set_values(transaction, mentor.user_id, password_hash=PASSWORD_HASH)
    )
    shown = await session(api, mentor.user_id)
    lived_in = Visitor(
        api,
        token=shown,
        user_id=mentor.user_id,
        email=EMAIL,
        address="203.0.113.77",
        user_agent="Zerulator/9",
    )
    await lived_in.do(UPDATE, timezone="Asia/Kathmandu", region="NP")
    await lived_in.do(UPLOAD, file=Sent(picture()))
    await lived_in.do(CREATE_TOKEN, name="zeru-calendar", scopes=["READ"])
    await lived_in.do(
        ADD_TIME_OFF, startsAt="2026-03-20T00:00:00Z", endsAt="2026-03-21T00:00:00Z", note="a zeru time off"
    )
    await lived_in.stranger.do(SIGN_IN, email=EMAIL, password=PASSWORD)
    await lived_in.stranger.refused(SIGN_IN, email=EMAIL, password="not the right one")
    await lived_in.stranger.do(REQUEST_RESET, email=EMAIL)
    await lived_in.stranger.do(SIGN_UP, name="Impostor", email=EMAIL, password=PASSWORD)
    await lived_in.do(CHANGE_EMAIL, currentPassword=PASSWORD, newEmail="elsewhere@quillfeather.example")
    await api.run_jobs()
    # And again, so that some of it is waiting.
    await lived_in.stranger.do(REQUEST_RESET, email=EMAIL)
    return lived_in


async def _booked(api: Api, mentee: Visitor, mentor: Visitor, *, confirmed: bool, nth: int = 0) -> str:
    slots = await mentee.ask(SLOTS, id=await _mentor_id(mentor))
    slot = slots["mentor"]["slots"][nth]["id"]
    booking = (await mentee.do(REQUEST, slotId=slot, topic="How to begin"))["booking"]["id"]
    if confirmed:
        await mentor.do(CONFIRM, bookingId=booking)
    return str(booking)


async def _mentor_id(mentor: Visitor) -> str:
    found = (await mentor.ask("{ viewer { mentor { id } } }"))["viewer"]["mentor"]["id"]
    return str(found)


async def test_nothing_of_a_deleted_person_is_left_in_any_table_or_file(api: Api, mailbox: Mailbox) -> None:
    gone, other = await _lived_in(api), await person(api, name="Other Party")
    another = await given.mentor(
        api,
        name="Another Mentor",
        weekly=[(day, 600, 1200) for day in Weekday],
        terms=Terms(session_minutes=60),
    )
    colleague = Visitor(api, token=await session(api, another.user_id), user_id=another.user_id)
    pending = await _booked(api, other, gone, confirmed=False)
    confirmed = await _booked(api, other, gone, confirmed=True, nth=30)
    as_mentee = await _booked(api, gone, colleague, confirmed=True, nth=60)
    await api.run_jobs()
    await gone.do(MEET, bookingId=confirmed, meetingUrl="https://meet.example/zeruhub/2")
    await api.run_jobs()
    database = api.house.doors.database
    assert any(trace.lower() in row.lower() for row in await _everything(database) for trace in TRACES)
    assert _photos(api)

    payload = await gone.do(DELETE, currentPassword=PASSWORD)
    await api.run_jobs()

    assert payload["deletedUserId"] == gone.id
    left = [
        (trace, row)
        for row in await _everything(database)
        for trace in TRACES
        if trace.lower() in row.lower()
    ]
    assert left == []
    assert _photos(api) == []
    assert not await gone.is_signed_in()
    row = await accounts.get(database.reader, gone.user_id)
    assert row is not None
    assert (row.name, row.email, row.password_hash, row.photo, row.status) == (
        "Deleted user", None, None, None, UserStatus.DELETED,
    )  # fmt: skip
    for booking, viewer in ((pending, other), (confirmed, other), (as_mentee, colleague)):
        shown = (await viewer.ask(BOOKING, id=booking))["booking"]
        assert shown["status"] == "CANCELLED"
        assert "Deleted user" in {shown["mentee"]["name"], shown["mentor"]["name"]}
    assert await recount.faults(database, now=api.clock.now(), ignoring=recount.ACCOUNTS) == []


async def test_the_other_parties_are_told(api: Api, mailbox: Mailbox) -> None:
    gone, other = await _lived_in(api), await person(api, name="Other Party", email="other@example.com")
    await _booked(api, other, gone, confirmed=True)
    await mailbox.empty()

    await gone.do(DELETE, currentPassword=PASSWORD)

    letters = [letter for letter in await mailbox.empty() if letter.to == "other@example.com"]
    assert any("cancelled" in letter.subject for letter in letters)
    assert not any(NAME in letter.text for letter in letters)


async def test_a_deleted_mentor_is_found_nowhere(api: Api, visitor: Visitor) -> None:
    gone = await _lived_in(api)
    mentor = await _mentor_id(gone)
    assert (await visitor.ask(SLOTS, id=mentor))["mentor"]["slots"]

    await gone.do(DELETE, currentPassword=PASSWORD)

    assert (await visitor.ask(SLOTS, id=mentor))["mentor"] is None
    listed = await visitor.ask(
        "{ mentors { nodes { name } } slots { nodes { id } } expertise { mentorCount } }"
    )
    assert listed.data["mentors"]["nodes"] == []
    assert listed.data["slots"]["nodes"] == []
    assert {each["mentorCount"] for each in listed.data["expertise"]} == {0}


async def test_ratings_stay_in_the_mean(api: Api) -> None:
    gone = await person(api, name="Passing By")
    mentor_id = await rows.mentor(api.house.doors.database, rating_sum=4, rating_count=1, rating_average=4.0)
    start = api.clock.now() - timedelta(hours=2)
    booking = await rows.booking(
        api.house.doors.database,
        mentor_id,
        start,
        start + timedelta(hours=1),
        status=BookingStatus.COMPLETED,
        mentee_id=gone.user_id,
    )
    row = {"booking_id": booking, "mentor_id": mentor_id, "author_id": gone.user_id, "rating": 4}
    row |= {"comment": "Very good indeed", "created_at": api.clock.now()}
    await rows.add(api.house.doors.database, feedback, row)

    await gone.do(DELETE, currentPassword=PASSWORD)

    shown = await gone.stranger.ask(
        """query ($id: ID!) {
          mentor(id: $id) { rating { average count } feedback { nodes { author { name } rating } } }
        }""",
        id=f"mentor_{mentor_id}",
    )
    assert shown["mentor"] == {
        "rating": {"average": 4.0, "count": 1},
        "feedback": {"nodes": [{"author": {"name": "Deleted user"}, "rating": 4}]},
    }


async def test_the_address_is_free_again(api: Api, visitor: Visitor, mailbox: Mailbox) -> None:
    gone = await person(api)
    await gone.do(DELETE, currentPassword=PASSWORD)

    assert await visitor.refused(SIGN_IN, email=gone.email, password=PASSWORD) == [
        ("CREDENTIALS_INVALID", None)
    ]
    await visitor.do(SIGN_UP, name="Somebody new", email=gone.email, password=PASSWORD)

    assert (await mailbox.only()).subject == "Verify your email address"


async def test_only_the_owner_who_proves_it_deletes(api: Api, visitor: Visitor) -> None:
    noor = await person(api)

    assert await visitor.refused(DELETE, currentPassword=PASSWORD) == [("UNAUTHENTICATED", None)]
    assert await noor.refused(DELETE, currentPassword="not the right one") == [
        ("CREDENTIALS_INVALID", ["currentPassword"])
    ]
    assert await noor.is_signed_in()


async def test_the_last_superadmin_stays(api: Api) -> None:
    root, other = await person(api, role=Role.SUPERADMIN), await person(api, role=Role.SUPERADMIN)

    await other.do(DELETE, currentPassword=PASSWORD)

    assert await root.refused(DELETE, currentPassword=PASSWORD) == [("WRONG_STATE", None)]
    assert await root.is_signed_in()


async def test_of_two_superadmins_who_leave_at_once_one_stays(api: Api) -> None:
    both = [await person(api, role=Role.SUPERADMIN) for _ in range(2)]

    refused = await asyncio.gather(*(each.payload(DELETE, currentPassword=PASSWORD) for each in both))

    assert sorted(len(payload["userErrors"]) for payload in refused) == [0, 1]


async def test_accounts_that_nobody_verified_in_14_days_are_gone(
    api: Api, visitor: Visitor, mailbox: Mailbox
) -> None:
    await visitor.do(SIGN_UP, name=NAME, email=EMAIL, password=PASSWORD)
    api.clock.forward(seconds=1)
    later, verified = await person(api, verified=False), await person(api)
    await mailbox.empty()
    api.clock.forward(days=14)

    await api.run_jobs()

    reader = api.house.doors.database.reader
    assert await accounts.by_email(reader, EMAIL) is None
    assert await accounts.by_email(reader, later.email)
    assert await accounts.by_email(reader, verified.email)
    assert not any("zerubavel" in row.lower() for row in await _everything(api.house.doors.database))


async def test_what_is_over_is_swept(api: Api, visitor: Visitor, mailbox: Mailbox) -> None:
    noor = await person(api)
    await visitor.do(SIGN_IN, email=noor.email, password=PASSWORD)
    await noor.do(CREATE_TOKEN, name="x", scopes=["READ"], expiresAt="2026-03-03T00:00:00Z")
    await visitor.do(REQUEST_RESET, email=noor.email)
    await visitor.refused(SIGN_IN, email=noor.email, password="not the right one")
    await mailbox.empty()
    api.clock.forward(days=401)

    await api.run_jobs()

    left = {row.partition("(")[0] for row in await _everything(api.house.doors.database)}
    assert not left & {"access_tokens", "mailed_tokens", "attempts", "known_devices", "mails"}
    kept = [row for row in await _everything(api.house.doors.database) if row.startswith("sessions(")]
    assert len(kept) == 1
