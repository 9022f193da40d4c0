"""Letters: what a mail says, as text and as HTML, in the reader's words and by the reader's clock.

What others have written appears in HTML escaped, and links are made by us alone. Both parts are plain ASCII unless
somebody's name is not, so that a mail arrives as it was written whatever stands in its way.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from mentorhub.rules import zones

UTC: Final = "UTC"
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file: *media_type* such as "text/calendar; method=REQUEST"."""

    name: str
    media_type: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A whole mail, but for whom it is from and to."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """What the outbox keeps of it."""
        attachments = [
            {"name": each.name, "media_type": each.media_type, "text": each.text} for each in self.attachments
        ]
        return {"subject": self.subject, "text": self.text, "html": self.html, "attachments": attachments}

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> "Message":
        attachments = tuple(Attachment(**each) for each in document.get("attachments", ()))
        return cls(document["subject"], document["text"], document["html"], attachments)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it is set: a greeting, what it is about, what there is to do, and what else there is to know."""

    subject: str
    paragraphs: tuple[str, ...]
    name: str | None = None
    """Whom it greets."""
    details: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """What to do, and where."""
    remarks: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = field(default=())

    def message(self) -> Message:
        return Message(_one_line(self.subject), self.text(), self.html(), self.attachments)

    @property
    def greeting(self) -> str:
        return f"Hello {self.name}," if self.name else "Hello,"

    def text(self) -> str:
        parts = [self.greeting, *self.paragraphs]
        if self.details:
            parts.append("\n".join(f"{label}: {value}" for label, value in self.details))
        parts += [f"{label}:\n{url}" for label, url in self.links]
        parts += self.remarks
        parts.append("MentorHub")
        return "\n\n".join(parts) + "\n"

    def html(self) -> str:
        parts = [_paragraph(text) for text in (self.greeting, *self.paragraphs)]
        if self.details:
            rows = "".join(
                f'<tr><td style="padding-right:1em">{_escaped(label)}</td><td>{_escaped(value)}</td></tr>'
                for label, value in self.details
            )
            parts.append(f"<table>{rows}</table>")
        parts += [f'<p><a href="{_escaped(url)}">{_escaped(label)}</a></p>' for label, url in self.links]
        parts += [_paragraph(text) for text in self.remarks]
        parts.append("<p>MentorHub</p>")
        body = "\n".join(parts)
        return (
            f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
            f"<title>{_escaped(_one_line(self.subject))}</title></head>\n<body>\n{body}\n</body>\n</html>\n"
        )


def when(instant: datetime, zone: str | None) -> str:
    """*instant* on the clocks of *zone*, which is named: Monday, 2 March 2026 at 10:00 (Europe/Paris)."""
    local, name = on_clocks(instant, zone)
    day = f"{_WEEKDAYS[local.weekday()]}, {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day} at {local:%H:%M} ({name})"


def on_clocks(instant: datetime, zone: str | None) -> tuple[datetime, str]:
    """*instant* on the clocks of *zone*, and its name; UTC where there is no such zone."""
    name = zone if zone and zones.is_zone(zone) else UTC
    return instant.astimezone(zones.zone(name)), name


def _paragraph(text: str) -> str:
    return "<p>" + _escaped(text).replace("\n", "<br>") + "</p>"


def _escaped(text: str) -> str:
    return html.escape(text).encode("ascii", "xmlcharrefreplace").decode()


def _one_line(text: str) -> str:
    return " ".join(text.split())
