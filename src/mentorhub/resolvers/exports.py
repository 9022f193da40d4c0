"""Bookings as CSV, by a link that is good for ten minutes.

The columns are version 1 of the format (docs/exports.md): others come at the end, or make another version.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson

from mentorhub.db import booking_exports, mentors, standing
from mentorhub.db.booking_exports import ExportRow
from mentorhub.resolvers import access
from mentorhub.resolvers.booking_lists import Filter, shape_of
from mentorhub.resolvers.desk import Doors, Work
from mentorhub.rules import signing, zones
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.keys import NOBODY, Key
from mentorhub.rules.refusals import Invalid, TokenInvalid, Unavailable
from mentorhub.rules.spreadsheets import defused, written
from mentorhub.rules.vocabulary import BookingOrder, BookingParty, BookingStatus, Role

LASTS: Final = timedelta(minutes=10)
COLUMNS: Final = (
    "booking_id", "status", "starts_at_utc", "ends_at_utc", "duration_minutes", "mentor_id", "mentor_name",
    "mentor_timezone", "starts_at_mentor", "ends_at_mentor", "mentee_id", "mentee_name", "mentee_timezone",
    "starts_at_mentee", "ends_at_mentee", "topic", "description", "questions", "reason", "rating", "comment", "reply",
    "feedback_hidden_at_utc", "requested_at_utc", "updated_at_utc",
)  # fmt: skip
_PURPOSE: Final = "bookings.csv"
_MOST_IDS: Final = 100


class Link(NamedTuple):
    path: str
    expires_at: datetime


async def link(work: Work, *, filter: Filter, secret: bytes) -> Link:
    """A path from which everybody who knows it downloads the bookings that match. For administrators."""
    viewer = access.admin(work)
    for name in ("mentor_ids", "mentee_ids"):
        if len(getattr(filter, name) or ()) > _MOST_IDS:
            raise Invalid(f"{_MOST_IDS} ids at most.", field=("filter", name))
    given = {name: value for name in _FIELDS if (value := getattr(filter, name)) is not None}
    expires_at = (work.now + LASTS).replace(microsecond=0)
    credential = viewer.session_id or viewer.token_id
    content = orjson.dumps({"by": viewer.user_id, "with": credential, "filter": given})
    token = signing.signed(content, secret=secret, purpose=_PURPOSE, until=expires_at)
    # What was searched for may be a name.
    kept = {name: value for name, value in given.items() if name != "search"}
    work.tell(
        Fact(
            ActivityKind.DATA_EXPORTED,
            ("User", viewer.user_id),
            viewer.user_id,
            data={"what": "bookings", "filter": kept, "searched": "search" in given},
        )
    )
    return Link(f"/exports/{token}", expires_at)


_FIELDS: Final = (
    "party", "statuses", "starts_from", "starts_until", "upcoming", "mentor_ids", "mentee_ids", "search",
)  # fmt: skip


async def lines(doors: Doors, token: str) -> AsyncGenerator[bytes, None]:
    """The CSV that *token* stands for, in pieces.

    Raises TokenInvalid when it is no good, whoever got it is no administrator any more, or the session or access token
    that it was got with has ended; Unavailable when as many exports are being written as there is room for.
    """
    now = doors.clock.now()
    content = orjson.loads(signing.opened(token, secret=doors.secret, purpose=_PURPOSE, now=now))
    roles = await standing.roles(doors.database.reader, [content["with"]], now=now)
    if roles.get(content["with"], Role.MEMBER) is Role.MEMBER:
        raise TokenInvalid
    if doors.exporting.locked():
        raise Unavailable("Other exports are being written; please try again in a minute.")
    wanted = _filter(content["filter"])
    parties = frozenset({wanted.party}) if wanted.party else None
    shape, values = shape_of(wanted, BookingOrder.STARTS_LATEST, parties)
    if parties is not None:
        maker: Key = content["by"]
        own = (await mentors.by_users(doors.database.reader, [maker])).get(maker)
        values |= {"viewer": maker, "viewer_mentor": own.id if own else NOBODY}
    return _lines(doors, booking_exports.rows(doors.database, shape, now=now, **values))


async def _lines(doors: Doors, batches: AsyncGenerator[list[ExportRow], None]) -> AsyncGenerator[bytes, None]:
    async with doors.exporting, aclosing(batches) as found:
        yield written([COLUMNS])
        async for batch in found:
            yield written(map(_cells, batch))
            await asyncio.sleep(0)


def _filter(given: dict[str, Any]) -> Filter:
    def instant(name: str) -> datetime | None:
        return datetime.fromisoformat(given[name]) if name in given else None

    statuses = given.get("statuses")
    return Filter(
        party=BookingParty(given["party"]) if "party" in given else None,
        statuses=None if statuses is None else [BookingStatus(status) for status in statuses],
        starts_from=instant("starts_from"),
        starts_until=instant("starts_until"),
        upcoming=given.get("upcoming"),
        mentor_ids=given.get("mentor_ids"),
        mentee_ids=given.get("mentee_ids"),
        search=given.get("search"),
    )


def _cells(row: ExportRow) -> tuple[object, ...]:
    mentee_zone = row.mentee_timezone or "UTC"
    return (
        _id("booking", row.id),
        row.status.value,
        _utc(row.starts_at),
        _utc(row.ends_at),
        int((row.ends_at - row.starts_at).total_seconds()) // 60,
        _id("mentor", row.mentor_id),
        defused(row.mentor_name),
        row.mentor_timezone,
        _in_zone(row.starts_at, row.mentor_timezone),
        _in_zone(row.ends_at, row.mentor_timezone),
        _id("user", row.mentee_id),
        defused(row.mentee_name),
        mentee_zone,
        _in_zone(row.starts_at, mentee_zone),
        _in_zone(row.ends_at, mentee_zone),
        defused(row.topic),
        defused(row.description),
        defused(row.questions),
        defused(row.reason),
        row.rating,
        defused(row.comment),
        defused(row.reply),
        _utc(row.hidden_at),
        _utc(row.requested_at),
        _utc(row.updated_at),
    )


def _id(kind: str, key: Key) -> str:
    """As the API writes it."""
    return f"{kind}_{key}"


def _utc(instant: datetime | None) -> str:
    return f"{instant.replace(tzinfo=None).isoformat(timespec='seconds')}Z" if instant else ""


def _in_zone(instant: datetime, zone: str) -> str:
    return instant.astimezone(zones.zone(zone)).isoformat(timespec="seconds")
