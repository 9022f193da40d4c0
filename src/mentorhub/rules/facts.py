"""Facts: what has happened, said once, from which everything that is told is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import auto
from typing import Any, Final

from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import Word


class ActivityKind(Word):
    """The facts that the activity feed shows."""

    USER_JOINED = auto()
    USER_SUSPENDED = auto()
    USER_REINSTATED = auto()
    USER_WARNED = auto()
    ROLE_CHANGED = auto()
    MENTOR_APPLIED = auto()
    MENTOR_APPROVED = auto()
    MENTOR_REJECTED = auto()
    MENTOR_DEACTIVATED = auto()
    MENTOR_REACTIVATED = auto()
    BOOKING_REQUESTED = auto()
    BOOKING_CONFIRMED = auto()
    BOOKING_DECLINED = auto()
    BOOKING_CANCELLED = auto()
    BOOKING_COMPLETED = auto()
    BOOKING_EXPIRED = auto()
    BOOKING_RESCHEDULED = auto()
    FEEDBACK_SUBMITTED = auto()
    FEEDBACK_HIDDEN = auto()
    FEEDBACK_RESTORED = auto()
    INCIDENT_REPORTED = auto()
    INCIDENT_CHANGED = auto()
    INCIDENT_RESOLVED = auto()
    ANNOUNCEMENT_POSTED = auto()
    ANNOUNCEMENT_ENDED = auto()
    EXPERTISE_CREATED = auto()
    EXPERTISE_RENAMED = auto()
    FAQ_SAVED = auto()
    FAQ_DELETED = auto()
    TICKET_OPENED = auto()
    TICKET_ANSWERED = auto()
    TICKET_CLOSED = auto()
    ACCESS_REVOKED = auto()
    ACCOUNT_DELETED = auto()
    DATA_EXPORTED = auto()


class QuietKind(Word):
    """The facts that concern only some: they move readers, but are no activity."""

    MEETING_URL_SET = auto()
    SESSION_REMINDER = auto()
    MEETING_URL_MISSING = auto()
    FEEDBACK_REPLIED = auto()
    SLOTS_CHANGED = auto()
    PROFILE_CHANGED = auto()
    SECURITY_CHANGED = auto()
    """Something about the account's security: a new device, another password or address, a webhook."""
    NOTIFIED = auto()
    """A user was notified: the subject is the notification, `user_id` the user."""


FactKind = ActivityKind | QuietKind

KINDS: Final[Mapping[str, FactKind]] = {kind.value: kind for kind in (*ActivityKind, *QuietKind)}

BOOKING_STATUS_KINDS: Final = (
    ActivityKind.BOOKING_REQUESTED,
    ActivityKind.BOOKING_CONFIRMED,
    ActivityKind.BOOKING_DECLINED,
    ActivityKind.BOOKING_CANCELLED,
    ActivityKind.BOOKING_COMPLETED,
    ActivityKind.BOOKING_EXPIRED,
    ActivityKind.BOOKING_RESCHEDULED,
)
"""The facts of a booking's history: each change of its status or time.

Their `data` is {"previous": status or null, "status", "starts_at", "reason": text or null}.
"""


PASSING: Final = frozenset(
    {
        QuietKind.SESSION_REMINDER,
        QuietKind.MEETING_URL_MISSING,
        QuietKind.SLOTS_CHANGED,
        QuietKind.PROFILE_CHANGED,
        QuietKind.SECURITY_CHANGED,
        QuietKind.NOTIFIED,
    }
)
"""What is of use only to those who listen or tell: it goes once it is old. Of all others something is made for good:
the activity feed, the audit log, the history of a booking, and the figures that a recount must come to.
"""


ADMINISTRATIVE: Final = frozenset(
    {
        ActivityKind.USER_SUSPENDED,
        ActivityKind.USER_REINSTATED,
        ActivityKind.USER_WARNED,
        ActivityKind.ROLE_CHANGED,
        ActivityKind.MENTOR_APPROVED,
        ActivityKind.MENTOR_REJECTED,
        ActivityKind.MENTOR_DEACTIVATED,
        ActivityKind.MENTOR_REACTIVATED,
        ActivityKind.FEEDBACK_HIDDEN,
        ActivityKind.FEEDBACK_RESTORED,
        ActivityKind.INCIDENT_CHANGED,
        ActivityKind.INCIDENT_RESOLVED,
        ActivityKind.ANNOUNCEMENT_POSTED,
        ActivityKind.ANNOUNCEMENT_ENDED,
        ActivityKind.EXPERTISE_CREATED,
        ActivityKind.EXPERTISE_RENAMED,
        ActivityKind.FAQ_SAVED,
        ActivityKind.FAQ_DELETED,
        ActivityKind.TICKET_CLOSED,
        ActivityKind.ACCESS_REVOKED,
        ActivityKind.DATA_EXPORTED,
    }
)
"""What only administrators do; the audit log has all of it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """*subject* is what it is about, by the schema's name of its type: ("Booking", key).

    *user_id* is the other person concerned: a booking's mentee, the user who was suspended. *data* holds no names,
    addresses or other traces of a person: those are looked up when the fact is read.
    """

    kind: FactKind
    subject: tuple[str, Key]
    actor_id: Key | None = None
    booking_id: Key | None = None
    mentor_id: Key | None = None
    user_id: Key | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    by_administrator: bool = False
    """Whether somebody did as an administrator what others do for themselves: the audit log has that, too."""

    @property
    def is_administrative(self) -> bool:
        return self.by_administrator or (self.kind in ADMINISTRATIVE and self.actor_id is not None)
