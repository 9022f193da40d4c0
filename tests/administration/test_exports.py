"""Bookings as CSV: the rows of the list, by a signed link."""

import csv
import io
import re
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from mentorhub.db import tokens
from mentorhub.db.statements import change
from mentorhub.db.tables.accounts import access_tokens, sessions, users
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.types import KeyColumn
from mentorhub.resolvers import exports
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules import search_words
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import TokenInvalid
from mentorhub.rules.vocabulary import AccessScope, BookingStatus, Role
from tests import rows
from tests.administration.test_users import REVOKE
from tests.api import MONDAY, Api
from tests.given import admin, user

EXPORT = """mutation ($input: ExportBookingsInput!) {
  exportBookings(input: $input) { url expiresAt userErrors { code field } }
}"""
LIST = """query ($filter: BookingFilter) {
  admin { bookings(filter: $filter, first: 100) { nodes { id status topic } } }
}"""
AWKWARD = '=HYPERLINK("http://example.com"), “ünï”\nand "so" on'


async def keeping(api: Api) -> Viewer:
    """An administrator whose session is one that can end."""
    viewer, now = await admin(api), api.clock.now()
    row: dict[str, Any] = {
        "id": viewer.session_id,
        "user_id": viewer.user_id,
        "token_hash": viewer.session_id,
    }
    row |= {"created_at": now, "last_used_at": now, "expires_at": now + timedelta(days=30)}
    await rows.add(api.house.doors.database, sessions, row)
    return viewer


async def some_bookings(api: Api) -> tuple[Key, Key]:
    """One in each status, and one overdue, of one mentor and one mentee."""
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
                "topic": (topic := AWKWARD if number == 0 else f"Topic {number}"),
                "search": search_words.text_of(topic, "Zoë, the “one”", "+Plus"),
                "requested_at": MONDAY,
                "updated_at": MONDAY,
                # The last one is overdue once the clock has moved.
                "respond_by": MONDAY + timedelta(hours=1 if number == len(statuses) - 1 else 48),
            },
        )
    return mentor, mentee


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
    ("filter", "number"),
    [
        ({}, 7),
        ({"statuses": ["PENDING", "CONFIRMED"]}, 2),
        ({"statuses": ["EXPIRED"]}, 2),
        ({"statuses": []}, 0),
        ({"upcoming": True}, 2),
        ({"upcoming": False}, 5),
        ({"startsFrom": "2026-03-08T00:00:00Z", "startsUntil": "2026-03-11T00:00:00Z"}, 3),
        ({"menteeIds": ["MENTEE"], "mentorIds": ["MENTOR"]}, 7),
        ({"menteeIds": ["MENTOR"]}, 0),
        ({"search": "zoe topic"}, 6),
        ({"search": "hyperlink", "upcoming": True}, 1),
        ({"search": "?"}, 0),
        ({"as": "MENTEE"}, 0),
    ],
    ids=str,
)
async def test_the_rows_are_those_of_the_list_in_its_order(
    api: Api, filter: dict[str, Any], number: int
) -> None:
    keeper = await keeping(api)
    mentor, mentee = await some_bookings(api)
    named = {"MENTOR": f"mentor_{mentor}", "MENTEE": f"user_{mentee}"}
    wanted = {
        name: [named.get(each, each) for each in value] if name.endswith("Ids") else value
        for name, value in filter.items()
    }
    api.clock.forward(hours=2)

    header, *found = await downloaded(api, keeper, **wanted)
    expected = await listed(api, keeper, **wanted)

    assert tuple(header) == exports.COLUMNS
    assert [(row[0], row[1]) for row in found] == [(each["id"], each["status"]) for each in expected]
    assert len(found) == number


async def test_cells_say_it_in_utc_and_in_both_zones_and_run_as_no_formula(api: Api) -> None:
    keeper = await keeping(api)
    _, mentee = await some_bookings(api)
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
    keeper = await keeping(api)
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
    keeper = await keeping(api)
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
    keeper = await keeping(api)
    payload = await api.do(EXPORT, keeper, input={})
    demoted = change(
        update(users).where(users.c.id == bindparam("who", type_=KeyColumn())).values(role=Role.MEMBER)
    )
    await api.house.doors.database.write(lambda transaction: transaction.run(demoted, who=keeper.user_id))

    with pytest.raises(TokenInvalid):
        await pieces(api, payload["url"])


async def test_a_link_ends_with_the_session_that_it_was_made_in(api: Api) -> None:
    keeper, above = await keeping(api), await user(api, role=Role.SUPERADMIN)
    payload = await api.do(EXPORT, keeper, input={})
    before = await content(api, payload["url"])

    await api.do(REVOKE, above, input={"userId": f"user_{keeper.user_id}"})

    assert before
    with pytest.raises(TokenInvalid):
        await pieces(api, payload["url"])


async def test_a_link_ends_with_the_access_token_that_it_was_made_with(api: Api) -> None:
    keeper, database = await admin(api), api.house.doors.database
    scopes = [AccessScope.WRITE, AccessScope.ADMIN]
    row = {"user_id": keeper.user_id, "name": "A program", "scopes": scopes, "token_hash": "a hash"}
    [key] = await rows.add(database, access_tokens, {**row, "created_at": MONDAY})
    program = replace(keeper, session_id=None, token_id=key, scopes=frozenset(scopes))
    payload = await api.do(EXPORT, program, input={})
    before = await content(api, payload["url"])

    await database.write(lambda transaction: tokens.revoke_all_access(transaction, keeper.user_id))

    assert before
    with pytest.raises(TokenInvalid):
        await pieces(api, payload["url"])


async def test_exports_are_for_administrators_and_in_the_audit_log(api: Api) -> None:
    keeper, member = await keeping(api), await user(api)
    await api.do(EXPORT, keeper, input={"filter": {"search": "Noor", "upcoming": True}})

    logged = await api.ask("{ admin { auditLog { nodes { kind actor { name } } } } }", keeper)

    assert logged["admin"]["auditLog"]["nodes"] == [{"kind": "DATA_EXPORTED", "actor": {"name": "Ada Root"}}]
    assert await api.refused(EXPORT, member, input={}) == ["FORBIDDEN"]
    many = {"filter": {"mentorIds": ["mentor_x"] * 101}}
    assert await api.refused(EXPORT, keeper, input=many) == ["INVALID"]


async def test_more_bookings_take_no_more_memory(api: Api) -> None:
    """Each piece holds so many rows at most, read when it is asked for and not before."""
    keeper, database = await keeping(api), api.house.doors.database
    mentor, mentee = await rows.mentor(database), await rows.user(database)
    plain: dict[str, Any] = {
        "mentor_id": mentor,
        "mentee_id": mentee,
        "status": BookingStatus.DECLINED,
        "topic": "How to begin",
    }
    plain |= {"requested_at": MONDAY, "updated_at": MONDAY, "description": "d" * 1000}
    times = [MONDAY + timedelta(hours=number) for number in range(4000)]
    await rows.add(
        database, bookings, *({**plain, "starts_at": at, "ends_at": at + timedelta(hours=1)} for at in times)
    )
    url = (await api.do(EXPORT, keeper, input={}))["url"]

    tracemalloc.start()
    lengths = [len(piece) async for piece in await pieces(api, url)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(lengths) == 1 + 4000 // 100
    assert peak < sum(lengths) / 2


def test_every_column_is_described_in_its_order() -> None:
    text = Path("docs/exports.md").read_text("utf-8")
    described = [
        name
        for line in text.splitlines()
        if line.startswith("| `")
        for name in re.findall("`([a-z_]+)`", line.split("|")[1])
    ]

    assert tuple(described) == exports.COLUMNS
