"""Bookings as CSV: the rows of the list, by a signed link."""

import asyncio
import csv
import io
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from mentorhub.db.statements import change
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.types import KeyColumn
from mentorhub.resolvers import exports
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules import signing, spreadsheets
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import TokenInvalid
from mentorhub.rules.vocabulary import BookingStatus, Role
from tests import rows
from tests.api import MONDAY, Api
from tests.given import admin, user

EXPORT = """mutation ($input: ExportBookingsInput!) {
  exportBookings(input: $input) { url expiresAt userErrors { code field } }
}"""
LIST = """query ($filter: BookingFilter) {
  admin { bookings(filter: $filter, first: 100) { nodes { id status topic } } }
}"""
AWKWARD = '=HYPERLINK("http://example.com"), “ünï”\nand "so" on'


async def some_bookings(api: Api) -> Key:
    database = api.house.doors.database
    mentor = await rows.mentor(database, name="Zoë, the “one”", timezone="America/New_York")
    mentee = await rows.user(database, name="+Plus")
    statuses = [*BookingStatus, BookingStatus.PENDING]
    for number, status in enumerate(statuses):
        starts_at = MONDAY + timedelta(days=number + 4)
        await rows.add(
            database,
            bookings,
            {
                "mentor_id": mentor,
                "mentee_id": mentee,
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(minutes=45),
                "status": status,
                "topic": AWKWARD if number == 0 else f"Topic {number}",
                "requested_at": MONDAY,
                "updated_at": MONDAY,
                # The last one is overdue once the clock has moved.
                "respond_by": MONDAY + timedelta(hours=1 if number == len(statuses) - 1 else 48),
            },
        )
    return mentee


async def downloaded(api: Api, viewer: Viewer, **filter: Any) -> list[list[str]]:
    payload = await api.do(EXPORT, viewer, input={"filter": filter})
    return read(await content(api, payload["url"]))


async def content(api: Api, url: str) -> bytes:
    return b"".join([piece async for piece in await pieces(api, url)])


async def pieces(api: Api, url: str) -> AsyncIterator[bytes]:
    return await exports.lines(api.house.doors, url.rpartition("/")[2])


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


async def listed(api: Api, viewer: Viewer, **filter: Any) -> Sequence[Any]:
    found: Sequence[Any] = (await api.ask(LIST, viewer, filter=filter))["admin"]["bookings"]["nodes"]
    return found


@pytest.mark.parametrize(
    "filter",
    [
        {},
        {"statuses": ["PENDING", "CONFIRMED"]},
        {"statuses": ["EXPIRED"]},
        {"upcoming": True},
        {"startsFrom": "2026-03-08T00:00:00Z", "startsUntil": "2026-03-11T00:00:00Z"},
        {"menteeIds": ["user_nobody"]},
        {"as": "MENTEE"},
    ],
    ids=str,
)
async def test_the_rows_are_those_of_the_list_in_its_order(api: Api, filter: dict[str, Any]) -> None:
    keeper = await admin(api)
    await some_bookings(api)
    api.clock.forward(hours=2)

    header, *found = await downloaded(api, keeper, **filter)
    expected = await listed(api, keeper, **filter)

    assert tuple(header) == exports.COLUMNS
    assert [(row[0], row[1]) for row in found] == [(each["id"], each["status"]) for each in expected]


async def test_cells_say_it_in_utc_and_in_both_zones_and_run_as_no_formula(api: Api) -> None:
    keeper = await admin(api)
    mentee = await some_bookings(api)
    database = api.house.doors.database
    zoned = change(
        update(users)
        .where(users.c.id == bindparam("who", type_=KeyColumn()))
        .values(timezone="Asia/Kathmandu")
    )
    await database.write(lambda transaction: transaction.run(zoned, who=mentee))

    table = await downloaded(api, keeper, startsUntil="2026-03-07T00:00:00Z")
    row = dict(zip(table[0], table[1], strict=True))

    assert (row["mentor_name"], row["mentee_name"]) == ("Zoë, the “one”", "'+Plus")
    assert row["topic"] == f"'{AWKWARD}"
    assert (row["starts_at_utc"], row["ends_at_utc"]) == ("2026-03-06T09:00:00Z", "2026-03-06T09:45:00Z")
    assert (row["duration_minutes"], row["mentor_timezone"]) == ("45", "America/New_York")
    assert row["starts_at_mentor"] == "2026-03-06T04:00:00-05:00"
    assert row["ends_at_mentee"] == "2026-03-06T15:30:00+05:45"
    assert (row["rating"], row["comment"], row["reason"]) == ("", "", "")


async def test_feedback_stands_with_its_booking(api: Api) -> None:
    keeper = await admin(api)
    database = api.house.doors.database
    mentor, author = await rows.mentor(database), await rows.user(database)
    booking = await rows.booking(
        database,
        mentor,
        MONDAY,
        MONDAY + timedelta(hours=1),
        status=BookingStatus.COMPLETED,
        mentee_id=author,
    )
    said = {"mentor_id": mentor, "author_id": author, "rating": 4, "comment": "@all: well done"}
    await rows.add(database, feedback, {**said, "booking_id": booking, "created_at": MONDAY})

    header, row = await downloaded(api, keeper)

    cells = dict(zip(header, row, strict=True))
    assert (cells["rating"], cells["comment"]) == ("4", "'@all: well done")


async def test_a_link_ends_after_ten_minutes_and_cannot_be_changed(api: Api) -> None:
    keeper = await admin(api)
    payload = await api.do(EXPORT, keeper, input={})
    token = payload["url"].rpartition("/")[2]
    half = len(token) // 2

    assert payload["expiresAt"] == "2026-03-02T09:10:00Z"
    for wrong in (
        token[:-1],
        token + "A",
        token[:half] + ("A" if token[half] != "A" else "B") + token[half + 1 :],
        "",
        "é",
    ):
        with pytest.raises(TokenInvalid):
            await exports.lines(api.house.doors, wrong)
    api.clock.forward(minutes=9, seconds=59)
    assert await content(api, payload["url"])
    api.clock.forward(seconds=1)
    with pytest.raises(TokenInvalid):
        await pieces(api, payload["url"])


async def test_a_link_ends_with_the_rights_of_who_made_it(api: Api) -> None:
    keeper = await admin(api)
    payload = await api.do(EXPORT, keeper, input={})
    demoted = change(
        update(users).where(users.c.id == bindparam("who", type_=KeyColumn())).values(role=Role.MEMBER)
    )
    await api.house.doors.database.write(lambda transaction: transaction.run(demoted, who=keeper.user_id))

    with pytest.raises(TokenInvalid):
        await pieces(api, payload["url"])


async def test_exports_are_for_administrators_and_in_the_audit_log(api: Api) -> None:
    keeper, member = await admin(api), await user(api)
    await api.do(EXPORT, keeper, input={"filter": {"search": "Noor", "upcoming": True}})

    logged = await api.ask("{ admin { auditLog { nodes { kind actor { name } } } } }", keeper)

    assert logged["admin"]["auditLog"]["nodes"] == [{"kind": "DATA_EXPORTED", "actor": {"name": "Ada Root"}}]
    assert await api.refused(EXPORT, member, input={}) == ["FORBIDDEN"]
    many = {"filter": {"mentorIds": ["mentor_x"] * 101}}
    assert await api.refused(EXPORT, keeper, input=many) == ["INVALID"]


def _through_libreoffice(data: bytes, directory: Path) -> bytes:
    """What LibreOffice writes of *data* after it has read it into a spreadsheet."""
    (directory / "bookings.csv").write_bytes(data)
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{directory}/profile", "--convert-to"]
    back = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
    for step in (["ods:calc8", "bookings.csv"], [back, "--outdir", "back", "bookings.ods"]):
        subprocess.run([*command, *step], cwd=directory, check=True, timeout=120)
    return (directory / "back" / "bookings.csv").read_bytes()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
async def test_libreoffice_reads_the_same(api: Api, tmp_path: Path) -> None:
    keeper = await admin(api)
    await some_bookings(api)
    payload = await api.do(EXPORT, keeper, input={})
    data = await content(api, payload["url"])

    again = read(await asyncio.to_thread(_through_libreoffice, data, tmp_path))

    topic = exports.COLUMNS.index("topic")
    assert [row[topic] for row in again] == [row[topic] for row in read(data)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", " =1", "|cmd", "%0"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert spreadsheets.defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["1=1", "a@b.example", "’t", "", "“=”"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert spreadsheets.defused(text) == text


def test_lines_are_those_of_rfc_4180() -> None:
    assert (
        spreadsheets.written([["a", 'b"c', "d,e", "f\ng"], [1, None]]) == b'a,"b""c","d,e","f\ng"\r\n1,\r\n'
    )


def test_what_was_signed_for_something_else_is_no_good() -> None:
    until = MONDAY + timedelta(minutes=1)
    signed = signing.signed(b"it", secret=b"s", purpose="one", until=until)

    assert signing.opened(signed, secret=b"s", purpose="one", now=MONDAY) == b"it"
    for wrong in ({"purpose": "two", "secret": b"s"}, {"purpose": "one", "secret": b"t"}):
        with pytest.raises(TokenInvalid):
            signing.opened(signed, now=MONDAY, **wrong)  # type: ignore[arg-type]  # as above
    with pytest.raises(TokenInvalid):
        signing.opened(signed, secret=b"s", purpose="one", now=until)
