"""The words that every floor shares: the statuses, roles and kinds of MentorHub."""

from enum import StrEnum, auto


class Word(StrEnum):
    """A word whose value is its name."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:
        return name


class Role(Word):
    MEMBER = auto()
    ADMIN = auto()
    SUPERADMIN = auto()


class UserStatus(Word):
    ACTIVE = auto()
    SUSPENDED = auto()
    DELETED = auto()


class AccessScope(Word):
    READ = auto()
    WRITE = auto()
    ADMIN = auto()


class TokenPurpose(Word):
    """What a mailed token is good for; a token of another purpose is none."""

    VERIFY_EMAIL = auto()
    CHANGE_EMAIL = auto()
    RESET_PASSWORD = auto()


class WebhookTopic(Word):
    BOOKING_STATUS_CHANGED = auto()
    FEEDBACK_SUBMITTED = auto()
    MENTOR_APPLIED = auto()
    MENTOR_DECIDED = auto()


class MentorStatus(Word):
    PENDING = auto()
    APPROVED = auto()
    REJECTED = auto()
    INACTIVE = auto()


class RejectionReason(Word):
    INCOMPLETE_PROFILE = auto()
    INAPPROPRIATE_CONTENT = auto()
    LACK_OF_EXPERIENCE = auto()
    DUPLICATE = auto()
    TERMS_VIOLATION = auto()
    OTHER = auto()


class Weekday(Word):
    """In the order of `date.weekday()`."""

    MONDAY = auto()
    TUESDAY = auto()
    WEDNESDAY = auto()
    THURSDAY = auto()
    FRIDAY = auto()
    SATURDAY = auto()
    SUNDAY = auto()

    @property
    def number(self) -> int:
        """0 for Monday to 6 for Sunday."""
        return _WEEKDAYS.index(self)

    @classmethod
    def of(cls, number: int) -> "Weekday":
        return _WEEKDAYS[number]


_WEEKDAYS = tuple(Weekday)


class SlotStatus(Word):
    OPEN = auto()
    HELD = auto()
    BOOKED = auto()
    CLOSED = auto()


class BookingStatus(Word):
    PENDING = auto()
    CONFIRMED = auto()
    COMPLETED = auto()
    DECLINED = auto()
    CANCELLED = auto()
    EXPIRED = auto()


ACTIVE = (BookingStatus.PENDING, BookingStatus.CONFIRMED)
"""The statuses in which a booking holds its slot."""


class BookingParty(Word):
    MENTEE = auto()
    MENTOR = auto()


class BookingOrder(Word):
    STARTS_SOONEST = auto()
    STARTS_LATEST = auto()
    REQUESTED_LATEST = auto()


class BookingAction(Word):
    """What somebody may do with a booking, in the order clients are told."""

    CONFIRM = auto()
    DECLINE = auto()
    CANCEL = auto()
    RESCHEDULE = auto()
    SET_MEETING_URL = auto()
    JOIN = auto()
    COMPLETE = auto()
    LEAVE_FEEDBACK = auto()
    REPORT = auto()


class IncidentKind(Word):
    NO_SHOW = auto()
    MISCONDUCT = auto()
    INAPPROPRIATE_CONTENT = auto()
    POLICY_VIOLATION = auto()
    DATA_BREACH = auto()
    DOWNTIME = auto()
    OTHER = auto()


class IncidentStatus(Word):
    OPEN = auto()
    INVESTIGATING = auto()
    RESOLVED = auto()
    DISMISSED = auto()


class Audience(Word):
    """Whom a text is written for."""

    EVERYONE = auto()
    MENTEES = auto()
    MENTORS = auto()
    ADMINS = auto()


class TicketStatus(Word):
    OPEN = auto()
    ANSWERED = auto()
    CLOSED = auto()


class AnnouncementKind(Word):
    NEWS = auto()
    DOWNTIME = auto()
    SECURITY = auto()
    POLICY = auto()


class Interval(Word):
    """How long a period of analytics is."""

    DAY = auto()
    WEEK = auto()
    MONTH = auto()


class HealthStatus(Word):
    """From the best to the worst."""

    OK = auto()
    DEGRADED = auto()
    DOWN = auto()


class SecurityChange(Word):
    """What a fact of the kind SECURITY_CHANGED tells in its data, as `what`."""

    PASSWORD = auto()
    EMAIL = auto()
    NEW_DEVICE = auto()
    WEBHOOK_ADDED = auto()
    WEBHOOK_PAUSED = auto()


class NotificationKind(Word):
    BOOKING_REQUESTED = auto()
    BOOKING_CONFIRMED = auto()
    BOOKING_DECLINED = auto()
    BOOKING_CANCELLED = auto()
    BOOKING_EXPIRED = auto()
    BOOKING_COMPLETED = auto()
    BOOKING_RESCHEDULED = auto()
    MEETING_URL_SET = auto()
    SESSION_REMINDER = auto()
    FEEDBACK_RECEIVED = auto()
    MENTOR_APPROVED = auto()
    MENTOR_REJECTED = auto()
    MENTOR_DEACTIVATED = auto()
    WARNING_ISSUED = auto()
    ANNOUNCEMENT = auto()
    SUPPORT_REPLY = auto()
    SECURITY = auto()
