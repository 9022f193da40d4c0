"""The life of a booking: from which status to which, by whose hand, and when."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import auto
from typing import Final, NamedTuple, Protocol

from mentorhub.rules.refusals import Forbidden, WrongState
from mentorhub.rules.vocabulary import BookingAction, BookingStatus, Word

_JOIN_AHEAD: Final = timedelta(minutes=15)
_REPORT_UNTIL: Final = timedelta(days=30)


class Hand(Word):
    """As what somebody acts on a booking: an administrator who is a party acts as that party."""

    MENTEE = auto()
    MENTOR = auto()
    ADMIN = auto()


class Standing(Protocol):
    """A booking as it stands now: what was not answered in time has the status EXPIRED."""

    @property
    def status(self) -> BookingStatus: ...

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...

    @property
    def meeting_url(self) -> str | None: ...


When = Callable[[Standing, datetime], bool]


def _before_start(booking: Standing, now: datetime) -> bool:
    return now < booking.starts_at


def _from_start(booking: Standing, now: datetime) -> bool:
    return now >= booking.starts_at


def _before_end(booking: Standing, now: datetime) -> bool:
    return now < booking.ends_at


def _open_for_both(booking: Standing, now: datetime) -> bool:
    has_room = booking.meeting_url is not None
    return has_room and booking.starts_at - _JOIN_AHEAD <= now < booking.ends_at


def _fresh(booking: Standing, now: datetime) -> bool:
    return now <= booking.ends_at + _REPORT_UNTIL


def _ever(booking: Standing, now: datetime) -> bool:
    return True


class Move(NamedTuple):
    """What becomes of the status, and when it may; to None: it stays."""

    to: BookingStatus | None
    when: When


_PENDING, _CONFIRMED, _COMPLETED = BookingStatus.PENDING, BookingStatus.CONFIRMED, BookingStatus.COMPLETED

MOVES: Final[Mapping[tuple[BookingAction, Hand, BookingStatus], Move]] = {
    (BookingAction.CONFIRM, Hand.MENTOR, _PENDING): Move(_CONFIRMED, _before_start),
    (BookingAction.DECLINE, Hand.MENTOR, _PENDING): Move(BookingStatus.DECLINED, _before_start),
    (BookingAction.CANCEL, Hand.MENTEE, _PENDING): Move(BookingStatus.CANCELLED, _before_start),
    (BookingAction.CANCEL, Hand.MENTEE, _CONFIRMED): Move(BookingStatus.CANCELLED, _before_start),
    (BookingAction.CANCEL, Hand.MENTOR, _CONFIRMED): Move(BookingStatus.CANCELLED, _before_start),
    (BookingAction.CANCEL, Hand.ADMIN, _PENDING): Move(BookingStatus.CANCELLED, _before_start),
    (BookingAction.CANCEL, Hand.ADMIN, _CONFIRMED): Move(BookingStatus.CANCELLED, _before_start),
    (BookingAction.RESCHEDULE, Hand.MENTEE, _PENDING): Move(_PENDING, _before_start),
    (BookingAction.RESCHEDULE, Hand.MENTEE, _CONFIRMED): Move(_PENDING, _before_start),
    (BookingAction.RESCHEDULE, Hand.MENTOR, _PENDING): Move(None, _before_start),
    (BookingAction.RESCHEDULE, Hand.MENTOR, _CONFIRMED): Move(None, _before_start),
    (BookingAction.SET_MEETING_URL, Hand.MENTOR, _CONFIRMED): Move(None, _before_end),
    (BookingAction.JOIN, Hand.MENTEE, _CONFIRMED): Move(None, _open_for_both),
    (BookingAction.JOIN, Hand.MENTOR, _CONFIRMED): Move(None, _open_for_both),
    (BookingAction.COMPLETE, Hand.MENTOR, _CONFIRMED): Move(_COMPLETED, _from_start),
    (BookingAction.LEAVE_FEEDBACK, Hand.MENTEE, _COMPLETED): Move(None, _ever),
    **{
        (BookingAction.REPORT, hand, status): Move(None, _fresh)
        for hand in (Hand.MENTEE, Hand.MENTOR)
        for status in BookingStatus
    },
}
"""The one table: mutations, `viewerCan` and what StateError tells go by it. What is not in it cannot be done."""

_EVER: Final = frozenset((action, hand) for action, hand, _ in MOVES)
"""Who does what at all."""


def viewer_can(
    booking: Standing, hand: Hand, *, now: datetime, has_feedback: bool = False
) -> list[BookingAction]:
    """What *hand* may do with *booking* now, in the enum's order."""
    return [
        action
        for action in BookingAction
        if (move := MOVES.get((action, hand, booking.status))) is not None
        and move.when(booking, now)
        and not (action is BookingAction.LEAVE_FEEDBACK and has_feedback)
    ]


def after(
    booking: Standing, action: BookingAction, *, by: Hand, now: datetime, has_feedback: bool = False
) -> BookingStatus:
    """The status of *booking* once *by* has done *action*.

    Raises Forbidden where they never do this, WrongState with what they can do where it is not the time for it.
    Whether feedback was left already is for the caller to refuse: it only tells what can be done.
    """
    permit(action, by=by)
    move = MOVES.get((action, by, booking.status))
    if move is None or not move.when(booking, now):
        raise WrongState(
            _why(booking, action),
            current=booking.status,
            viewer_can=viewer_can(booking, by, now=now, has_feedback=has_feedback),
        )
    return booking.status if move.to is None else move.to


def permit(action: BookingAction, *, by: Hand) -> None:
    """Raises Forbidden where *by* never does *action*, whatever the status."""
    if (action, by) not in _EVER:
        raise Forbidden


def respond_by(asked_at: datetime, starts_at: datetime, *, within: timedelta) -> datetime:
    """When a request expires that was made, or moved by the mentee, at *asked_at*: at the start if that is sooner."""
    return min(asked_at + within, starts_at)


_SAID: Final = {
    BookingStatus.PENDING: "awaits the mentor's answer",
    BookingStatus.CONFIRMED: "is confirmed",
    BookingStatus.COMPLETED: "is completed",
    BookingStatus.DECLINED: "has been declined",
    BookingStatus.CANCELLED: "has been cancelled",
    BookingStatus.EXPIRED: "has expired",
}
_ASKED: Final = {
    BookingAction.CONFIRM: "confirmed",
    BookingAction.DECLINE: "declined",
    BookingAction.CANCEL: "cancelled",
    BookingAction.RESCHEDULE: "moved",
    BookingAction.SET_MEETING_URL: "given another meeting URL",
    BookingAction.JOIN: "joined",
    BookingAction.COMPLETE: "completed",
    BookingAction.LEAVE_FEEDBACK: "rated",
    BookingAction.REPORT: "reported",
}


def _why(booking: Standing, action: BookingAction) -> str:
    return f"This booking {_SAID[booking.status]}; it cannot be {_ASKED[action]} now."
