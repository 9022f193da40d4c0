"""What a booking is in a calendar: the name it keeps for ever, its status there, and its words for either party."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus

PAST: Final = timedelta(days=90)
"""How long a session stays in the feed after it was to begin; all that are to come are in it."""

TENTATIVE: Final = "TENTATIVE"
CONFIRMED: Final = "CONFIRMED"
CANCELLED: Final = "CANCELLED"

STATUSES: Final = {
    BookingStatus.PENDING: TENTATIVE,
    BookingStatus.CONFIRMED: CONFIRMED,
    BookingStatus.COMPLETED: CONFIRMED,
    BookingStatus.DECLINED: CANCELLED,
    BookingStatus.CANCELLED: CANCELLED,
    BookingStatus.EXPIRED: CANCELLED,
}
_WITH_ROOM: Final = frozenset({BookingStatus.CONFIRMED, BookingStatus.COMPLETED})
_WORDS: Final = {
    BookingStatus.PENDING: (
        "{other} asks you for this session. Please confirm or decline the request.",
        "You have asked {other} for this session. The answer is still to come.",
    ),
    BookingStatus.CONFIRMED: ("Your session with {other} is confirmed.",) * 2,
    BookingStatus.COMPLETED: ("Your session with {other} has taken place.",) * 2,
    BookingStatus.DECLINED: ("You have declined this request of {other}.", "{other} has declined your request."),
    BookingStatus.CANCELLED: ("Your session with {other} is cancelled.",) * 2,
    BookingStatus.EXPIRED: (
        "You did not answer this request of {other} in time.",
        "{other} did not answer your request in time.",
    ),
}  # fmt: skip
"""To the mentor, and to the mentee."""


class Meeting(NamedTuple):
    """A booking and its parties, as it is at the instant of the question."""

    id: Key
    mentee_id: Key
    mentor_user_id: Key
    mentor_name: str
    mentee_name: str
    starts_at: datetime
    ends_at: datetime
    status: BookingStatus
    topic: str
    meeting_url: str | None
    reason: str | None
    requested_at: datetime
    changed_at: datetime
    sequence: int
    """Rises with each change of time, status or meeting URL."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a calendar is told of a session."""

    uid: str
    sequence: int
    status: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime
    summary: str
    description: str
    url: str | None

    @property
    def is_off(self) -> bool:
        return self.status == CANCELLED


def event(meeting: Meeting, reader: Key, *, host: str, client: str) -> Event:
    """*meeting* in the words of *reader*, one of its parties; *host* is the service's, *client* where it is used."""
    is_mentor = reader == meeting.mentor_user_id
    other = meeting.mentee_name if is_mentor else meeting.mentor_name
    url = meeting.meeting_url if meeting.status in _WITH_ROOM else None
    lines = [_WORDS[meeting.status][0 if is_mentor else 1].format(other=other)]
    if meeting.reason and STATUSES[meeting.status] == CANCELLED:
        lines.append(f"The reason given: {meeting.reason}")
    if url:
        lines.append(f"Meet at {url}")
    lines.append(client)
    return Event(
        uid=f"booking_{meeting.id}@{host}",
        sequence=meeting.sequence,
        status=STATUSES[meeting.status],
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        created_at=meeting.requested_at,
        changed_at=meeting.changed_at,
        summary=f"{meeting.topic} – {other}",
        description="\n".join(lines),
        url=url,
    )
