"""Reads calendars with nothing of what writes them: lines as RFC 5545 folds and escapes them."""

import re
from typing import Final

_ESCAPED: Final = re.compile(r"\\([\\;,nN])")


def lines_of(text: bytes) -> list[str]:
    """The lines of a calendar, unfolded; each but the last must end in CRLF, and be short enough."""
    assert text.endswith(b"\r\n")
    physical = text[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in physical)
    lines: list[bytes] = []
    for line in physical:
        if line.startswith(b" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return [line.decode() for line in lines]


def events_of(text: bytes) -> list[dict[str, str]]:
    """The properties of each event, by name, as text."""
    lines = lines_of(text)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    events: list[dict[str, str]] = []
    within = False
    for line in lines:
        if line == "BEGIN:VEVENT":
            assert not within
            within = True
            events.append({})
        elif line == "END:VEVENT":
            within = False
        elif within:
            head, _, value = line.partition(":")
            name = head.partition(";")[0]
            assert name not in events[-1], f"{name} stands twice"
            events[-1][name] = _text(value)
    return events


def _text(value: str) -> str:
    return _ESCAPED.sub(lambda found: {"n": "\n", "N": "\n"}.get(found[1], found[1]), value)
