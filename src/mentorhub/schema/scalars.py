"""The scalars: strict going in, standard coming out."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final, NewType
from urllib.parse import urlsplit

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from mentorhub.rules import zones

LocalTime = NewType("LocalTime", int)
"""Minutes after midnight on a wall clock, 0 to 1440."""
TimeZone = NewType("TimeZone", str)
URL = NewType("URL", str)
EmailAddress = NewType("EmailAddress", str)
Upload = NewType("Upload", object)

_INSTANT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME: Final = re.compile(r"(\d\d):(\d\d)", re.ASCII)
_EMAIL: Final = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+\.[^\s@<>()\[\],;:\\\".]+")
_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_MINUTES_A_DAY: Final = 24 * 60


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"{name} is given as a string.")
    return value


def _read_instant(value: Any) -> datetime:
    found = _INSTANT.fullmatch(_text(value, "DateTime"))
    if not found:
        raise GraphQLError("DateTime is RFC 3339 with an offset: 2026-03-08T14:00:00Z.")
    day, time, fraction, offset = found.groups()
    try:
        # Python knows microseconds; what is finer is cut off.
        instant = datetime.fromisoformat(f"{day}T{time}{(fraction or '')[:7]}{offset.upper()}").astimezone(
            UTC
        )
    except (ValueError, OverflowError):
        raise GraphQLError("DateTime names a time that does not exist.") from None
    if not _EARLIEST <= instant <= _LATEST:
        raise GraphQLError("DateTime is too far away.")
    return instant


def written_instant(value: datetime) -> str:
    """*value* as the API writes it."""
    if value.tzinfo is UTC:
        return value.replace(tzinfo=None).isoformat() + "Z"
    text = value.isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def _read_day(value: Any) -> date:
    text = _text(value, "Date")
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise GraphQLError("Date is a calendar day: 2026-03-08.")
    if not _EARLIEST.date() <= day <= _LATEST.date():
        raise GraphQLError("Date is too far away.")
    return day


def _read_local_time(value: Any) -> LocalTime:
    found = _TIME.fullmatch(_text(value, "LocalTime"))
    if found:
        hour, minute = int(found[1]), int(found[2])
        minutes = hour * 60 + minute
        if minute < 60 and minutes <= _MINUTES_A_DAY:
            return LocalTime(minutes)
    raise GraphQLError("LocalTime is a time of day to the minute: 14:00.")


def _write_local_time(value: int) -> str:
    return f"{value // 60:02}:{value % 60:02}"


def _read_zone(value: Any) -> TimeZone:
    text = _text(value, "TimeZone")
    if not zones.is_zone(text):
        raise GraphQLError("TimeZone is an IANA name: America/New_York.")
    return TimeZone(text)


def _read_url(value: Any) -> URL:
    text = _text(value, "URL")
    try:
        parts = urlsplit(text)
        is_absolute = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_absolute = False
    if not is_absolute or not text.isprintable() or " " in text:
        raise GraphQLError("URL is an absolute http(s) address: https://example.com/room.")
    return URL(text)


def _read_email(value: Any) -> EmailAddress:
    text = _text(value, "EmailAddress").strip()
    if len(text) > 254 or not _EMAIL.fullmatch(text) or not text.isprintable():
        raise GraphQLError("EmailAddress is a mail address: somebody@example.com.")
    return EmailAddress(text)


def _read_upload(value: Any) -> Upload:
    if isinstance(value, str | int | float | bool | list | dict):
        raise GraphQLError("Upload is sent by the GraphQL multipart request specification.")
    return Upload(value)


def _scalar(
    name: str,
    description: str,
    *,
    read: Callable[[Any], Any],
    write: Callable[[Any], Any] = str,
    specified_by: str | None = None,
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name, description=description, parse_value=read, serialize=write, specified_by_url=specified_by
    )


SCALARS: Final[dict[object, ScalarDefinition]] = {
    datetime: _scalar(
        "DateTime",
        "An instant, RFC 3339 with an offset: 2026-03-08T14:00:00Z. A time without an offset is refused.",
        read=_read_instant,
        write=written_instant,
        specified_by="https://scalars.graphql.org/andimarek/date-time",
    ),
    date: _scalar(
        "Date",
        "A calendar day, ISO 8601: 2026-03-08.",
        read=_read_day,
        write=date.isoformat,
        specified_by="https://scalars.graphql.org/andimarek/local-date",
    ),
    LocalTime: _scalar(
        "LocalTime",
        "A wall-clock time of day without an offset, to the minute: 14:00. 24:00 is allowed as an end.",
        read=_read_local_time,
        write=_write_local_time,
    ),
    TimeZone: _scalar(
        "TimeZone",
        "An IANA time zone name: America/New_York.",
        read=_read_zone,
        specified_by="https://www.iana.org/time-zones",
    ),
    URL: _scalar(
        "URL", "An absolute http(s) URL.", read=_read_url, specified_by="https://url.spec.whatwg.org/"
    ),
    EmailAddress: _scalar(
        "EmailAddress",
        "A mail address: somebody@example.com.",
        read=_read_email,
        specified_by="https://www.rfc-editor.org/rfc/rfc5321",
    ),
    Upload: _scalar(
        "Upload",
        "A file sent by the GraphQL multipart request specification.",
        read=_read_upload,
        specified_by="https://github.com/jaydenseric/graphql-multipart-request-spec",
    ),
}
