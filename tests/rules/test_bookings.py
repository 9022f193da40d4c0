"""The table of moves, held against the rules written out a second time: every status, action, hand and hour."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final, NamedTuple

import pytest

from mentorhub.rules.bookings import Hand, after, permit, respond_by, viewer_can
from mentorhub.rules.refusals import Forbidden, WrongState
from mentorhub.rules.vocabulary import BookingAction, BookingStatus

START: Final = datetime(2026, 3, 10, 14, tzinfo=UTC)
END: Final = START + timedelta(hours=1)
A_MOMENT: Final = timedelta(microseconds=1)

HOURS: Final = {
    "long before": START - timedelta(days=2),
    "just before the room opens": START - timedelta(minutes=15) - A_MOMENT,
    "room opens": START - timedelta(minutes=15),
    "just before the start": START - A_MOMENT,
    "start": START,
    "just before the end": END - A_MOMENT,
    "end": END,
    "thirty days on": END + timedelta(days=30),
    "later": END + timedelta(days=30) + A_MOMENT,
}


class Booking(NamedTuple):
    status: BookingStatus
    starts_at: datetime = START
    ends_at: datetime = END
    meeting_url: str | None = "https://meet.example/room"


def written(status: str, action: str, hand: str, hour: str) -> str:
    """What the rules say comes of it: a status, FORBIDDEN or WRONG_STATE."""
    never = {
        "MENTEE": {"CONFIRM", "DECLINE", "SET_MEETING_URL", "COMPLETE"},
        "MENTOR": {"LEAVE_FEEDBACK"},
        "ADMIN": set(BookingAction.__members__) - {"CANCEL"},
    }
    if action in never[hand]:
        return "FORBIDDEN"
    at = HOURS[hour]
    is_active = status in {"PENDING", "CONFIRMED"}
    match action:
        case "CONFIRM" if status == "PENDING" and at < START:
            return "CONFIRMED"
        case "DECLINE" if status == "PENDING" and at < START:
            return "DECLINED"
        case "CANCEL" if at < START and (status == "CONFIRMED" or (status == "PENDING" and hand != "MENTOR")):
            return "CANCELLED"
        case "RESCHEDULE" if at < START and is_active:
            return "PENDING" if hand == "MENTEE" else status
        case "SET_MEETING_URL" if status == "CONFIRMED" and at < END:
            return status
        case "JOIN" if status == "CONFIRMED" and START - timedelta(minutes=15) <= at < END:
            return status
        case "COMPLETE" if status == "CONFIRMED" and at >= START:
            return "COMPLETED"
        case "LEAVE_FEEDBACK" if status == "COMPLETED":
            return status
        case "REPORT" if at <= END + timedelta(days=30):
            return status
    return "WRONG_STATE"


@pytest.mark.parametrize(("status", "action"), list(product(BookingStatus, BookingAction)), ids="-".join)
def test_every_move_comes_out_as_the_rules_say(status: BookingStatus, action: BookingAction) -> None:
    booking = Booking(status)

    for hand, hour in product(Hand, HOURS):
        came, refusal = outcome(booking, action, hand, HOURS[hour])

        assert came == written(status, action, hand, hour), (hand, hour)
        can = viewer_can(booking, hand, now=HOURS[hour])
        assert (action in can) == (refusal is None), (hand, hour)
        if isinstance(refusal, WrongState):
            assert (refusal.current, list(refusal.viewer_can)) == (status, can)


def outcome(
    booking: Booking, action: BookingAction, hand: Hand, now: datetime
) -> tuple[str, Forbidden | WrongState | None]:
    try:
        return after(booking, action, by=hand, now=now), None
    except (Forbidden, WrongState) as refusal:
        return refusal.code, refusal


def test_a_session_without_a_url_cannot_be_joined() -> None:
    booking = Booking(BookingStatus.CONFIRMED, meeting_url=None)

    can = viewer_can(booking, Hand.MENTEE, now=START)

    assert can == [BookingAction.REPORT]


def test_feedback_that_was_left_is_not_offered_again() -> None:
    booking = Booking(BookingStatus.COMPLETED)

    can = viewer_can(booking, Hand.MENTEE, now=END, has_feedback=True)

    assert BookingAction.LEAVE_FEEDBACK not in can


def test_the_part_is_judged_before_the_status() -> None:
    with pytest.raises(Forbidden):
        permit(BookingAction.CONFIRM, by=Hand.MENTEE)


def test_what_can_be_done_comes_in_the_order_of_the_enum() -> None:
    can = viewer_can(Booking(BookingStatus.PENDING), Hand.MENTOR, now=START - timedelta(days=1))

    assert can == [
        BookingAction.CONFIRM,
        BookingAction.DECLINE,
        BookingAction.RESCHEDULE,
        BookingAction.REPORT,
    ]


@pytest.mark.parametrize(("ahead", "expected"), [(100, 48), (48, 48), (20, 20)])
def test_a_request_expires_in_two_days_or_at_the_start_if_that_is_sooner(ahead: int, expected: int) -> None:
    asked_at = START - timedelta(hours=ahead)

    expires = respond_by(asked_at, START, within=timedelta(hours=48))

    assert expires - asked_at == timedelta(hours=expected)
