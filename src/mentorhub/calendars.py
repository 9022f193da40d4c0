"""Calendars as they travel: RFC 5545, an event at a time."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from functools import lru_cache
from typing import Final, Literal

from icalendar import vDatetime, vUri
from icalendar.parser import Contentline, Parameters

from mentorhub.rules.calendars import Event

Method = Literal["PUBLISH", "CANCEL"]

_NAME: Final = "MentorHub"
_OFTEN: Final = "PT15M"
"""How often a calendar may look for what is new."""

_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def begin(*, method: Method | None = None) -> bytes:
    """What stands before the events; without a *method* it is a feed, which is looked at again."""
    lines = [
        _line("BEGIN", "VCALENDAR"),
        _line("VERSION", "2.0"),
        _line("PRODID", "-//MentorHub//MentorHub//EN"),
    ]
    if method:
        lines.append(_line("METHOD", method))
    else:
        lines += [
            _line("NAME", _NAME),
            _line("X-WR-CALNAME", _NAME),
            _line("REFRESH-INTERVAL", _OFTEN, VALUE="DURATION"),
            _line("X-PUBLISHED-TTL", _OFTEN),
        ]
    return b"".join(lines)


def end() -> bytes:
    return _line("END", "VCALENDAR")


def written(event: Event, *, organizer: str) -> bytes:
    """*event*, held by *organizer* ("MentorHub <support@example.com>"): no party's address is told to the other."""
    name, address = parseaddr(organizer)
    lines = [
        _line("BEGIN", "VEVENT"),
        _line("UID", event.uid),
        _line("SEQUENCE", str(event.sequence)),
        _line("STATUS", event.status),
        _line("DTSTAMP", _instant(event.changed_at)),
        _line("CREATED", _instant(event.created_at)),
        _line("LAST-MODIFIED", _instant(event.changed_at)),
        _line("DTSTART", _instant(event.starts_at)),
        _line("DTEND", _instant(event.ends_at)),
        _line("SUMMARY", _Text(event.summary)),
        _line("DESCRIPTION", _Text(event.description)),
        _line("ORGANIZER", vUri(f"mailto:{address}"), CN=name or _NAME),
        _line("CLASS", "PRIVATE"),
        _line("TRANSP", "TRANSPARENT" if event.is_off else "OPAQUE"),
    ]
    if event.url:
        lines += [_line("LOCATION", _Text(event.url)), _line("URL", vUri(event.url))]
    lines.append(_line("END", "VEVENT"))
    return b"".join(lines)


def letter(event: Event, *, organizer: str) -> tuple[Method, str]:
    """A calendar of one event for a mail, and its method.

    PUBLISH, and not REQUEST: nobody answers to us by their calendar, but in the service.
    """
    method: Method = "CANCEL" if event.is_off else "PUBLISH"
    return method, (begin(method=method) + written(event, organizer=organizer) + end()).decode()


def feed(events: Iterable[Event], *, organizer: str) -> Iterator[bytes]:
    """A whole calendar in pieces, an event each."""
    yield begin()
    for event in events:
        yield written(event, organizer=organizer)
    yield end()


@lru_cache(maxsize=256, typed=True)
def _line(name: str, value: str, **parameters: str) -> bytes:
    """A line as it is: escaped, folded, and ended. Most lines of a calendar are those of another."""
    line: bytes = Contentline.from_parts(name, Parameters(parameters), value).to_ical()
    return line + b"\r\n"


class _Text(str):
    r"""A text as RFC 5545 escapes it. icalendar's own takes `\N`, as in a path, for the end of a line."""

    __slots__ = ()

    def to_ical(self) -> bytes:
        return self.translate(_ESCAPED).encode()


def _instant(instant: datetime) -> str:
    written: bytes = vDatetime(instant.astimezone(UTC).replace(microsecond=0)).to_ical()  # type: ignore[no-untyped-call]
    return written.decode()
