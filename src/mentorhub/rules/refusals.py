"""The ways MentorHub says no: each with its code; the docstring is the message unless a better one is given.

Raised low, wherever the fault is seen; translated once, high, where GraphQL answers.
"""

import inspect
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingAction


class Refusal(Exception):  # noqa: N818 -- a refusal is an answer, not an error
    """That is not possible."""

    code: ClassVar[str]

    def __init__(self, message: str | None = None, *, field: str | Iterable[str] | None = None) -> None:
        """*field* is the input field at fault, from the input object down, in Python's spelling."""
        self.message = message or inspect.cleandoc(type(self).__doc__ or "")
        self.field = (field,) if isinstance(field, str) else tuple(field) if field else None
        super().__init__(self.message)


class Refusals(Exception):  # noqa: N818 -- as Refusal
    """Several refusals of one input, told together."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(refusal.message for refusal in self.refusals))


# ── Told at the top of the response: who asks, and how ────────────────────────────────────────────


class Barred(Refusal):
    """The whole field is refused, not its input."""


class Unauthenticated(Barred):
    """Please sign in first."""

    code = "UNAUTHENTICATED"


class Forbidden(Barred):
    """You are not allowed to do this."""

    code = "FORBIDDEN"


class Absent(Barred):
    """There is no such thing, or you may not see it."""

    code = "NOT_FOUND"


class CursorInvalid(Barred):
    """This cursor is malformed, too old, or belongs to another list."""

    code = "CURSOR_INVALID"


class BadUserInput(Barred):
    """An argument is out of range."""

    code = "BAD_USER_INPUT"


class TooMany(BadUserInput):
    """More is asked for than may be."""

    def __init__(self, message: str, *, limit: int, actual: int) -> None:
        super().__init__(message)
        self.limit = limit
        self.actual = actual


class SlowConsumer(Barred):
    """You read too slowly; go on from the last cursor."""

    code = "SLOW_CONSUMER"

    def __init__(self, message: str | None = None, *, cursor: str | None = None) -> None:
        """*cursor* is that of the last event given out."""
        super().__init__(message)
        self.cursor = cursor


class Unavailable(Barred):
    """The service cannot answer just now; please try again."""

    code = "UNAVAILABLE"


# ── Told in userErrors: the input ─────────────────────────────────────────────────────────────────


class Invalid(Refusal):
    """This value is not valid."""

    code = "INVALID"


class Required(Refusal):
    """This is required."""

    code = "REQUIRED"


class NotFound(Refusal):
    """There is no such thing, or you may not see it."""

    code = "NOT_FOUND"


class AlreadyExists(Refusal):
    """This exists already."""

    code = "ALREADY_EXISTS"


class Conflict(Refusal):
    """Somebody else changed this meanwhile; please look again."""

    code = "CONFLICT"


class Overlap(Refusal):
    """It overlaps another slot, booking or time off."""

    code = "OVERLAP"


class RequestLimit(Refusal):
    """You have as many pending requests as the rules allow."""

    code = "REQUEST_LIMIT"


class TokenInvalid(Refusal):
    """This link has been used, has expired or was never given out."""

    code = "TOKEN_INVALID"


class CredentialsInvalid(Refusal):
    """Email address or password is wrong."""

    code = "CREDENTIALS_INVALID"


class EmailUnverified(Refusal):
    """Please verify your email address first."""

    code = "EMAIL_UNVERIFIED"


class Suspended(Refusal):
    """This account is suspended."""

    code = "SUSPENDED"


class FileTooLarge(Refusal):
    """The file is too large."""

    code = "FILE_TOO_LARGE"


class FileUnreadable(Refusal):
    """The file cannot be read as an image."""

    code = "FILE_UNREADABLE"


class SlotRefusal(Refusal):
    """This time cannot be booked."""

    def __init__(
        self,
        message: str | None = None,
        *,
        mentor_id: Key | None = None,
        near: datetime | None = None,
        field: str | Iterable[str] | None = None,
    ) -> None:
        """*mentor_id* and *near* (an instant) say where to look for alternatives."""
        super().__init__(message, field=field)
        self.mentor_id = mentor_id
        self.near = near


class SlotTaken(SlotRefusal):
    """Someone else has just taken this slot."""

    code = "SLOT_TAKEN"


class SlotUnavailable(SlotRefusal):
    """This slot is not offered: it is past, too near, too far ahead, or was withdrawn."""

    code = "SLOT_UNAVAILABLE"


class SlotOverlap(SlotRefusal):
    """You have another booking at this time."""

    code = "OVERLAP"


class MentorUnavailable(SlotRefusal):
    """This mentor takes no requests at present."""

    code = "MENTOR_UNAVAILABLE"


class OwnSlot(SlotRefusal):
    """Mentors cannot book themselves."""

    code = "OWN_SLOT"


class WrongState(Refusal):
    """The status does not allow this."""

    code = "WRONG_STATE"

    def __init__(
        self,
        message: str | None = None,
        *,
        current: str,
        viewer_can: Iterable[BookingAction] = (),
        field: str | Iterable[str] | None = None,
    ) -> None:
        super().__init__(message, field=field)
        self.current = current
        self.viewer_can = tuple(viewer_can)


class RateLimited(Refusal):
    """You have asked too often; please wait."""

    code = "RATE_LIMITED"

    def __init__(
        self, message: str | None = None, *, seconds: int, field: str | Iterable[str] | None = None
    ) -> None:
        """*seconds*: how long to wait, at least 1."""
        super().__init__(message, field=field)
        self.seconds = max(1, seconds)
