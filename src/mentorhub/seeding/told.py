"""What is told of an invented platform, fact by fact, and what it counts, as its base has it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from mentorhub.rules.facts import ActivityKind, QuietKind
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus
from mentorhub.seeding.platform import Platform
from mentorhub.seeding.sessions import Meeting

Row = Sequence[Any]

FACT_COLUMNS: Final = (
    "id", "kind", "actor_id", "subject_type", "subject_id", "booking_id", "mentor_id", "user_id", "data", "occurred_at",
)  # fmt: skip
FIGURE_COLUMNS: Final = ("name", "shard", "value")

_ENDINGS: Final = {
    BookingStatus.COMPLETED: ActivityKind.BOOKING_COMPLETED,
    BookingStatus.DECLINED: ActivityKind.BOOKING_DECLINED,
    BookingStatus.CANCELLED: ActivityKind.BOOKING_CANCELLED,
    BookingStatus.EXPIRED: ActivityKind.BOOKING_EXPIRED,
}


def facts(platform: Platform) -> Iterator[Row]:
    """In the order in which they happened."""
    told = [*_of_people(platform), *_of_tutors(platform), *_of_meetings(platform)]
    told.sort(key=lambda row: row[-1])
    for row in told:
        yield platform.keys.new(row[-1]), *row


def _of_people(platform: Platform) -> Iterator[Row]:
    for person in platform.people:
        key = person.key
        yield ActivityKind.USER_JOINED, key, "User", key, None, None, key, {}, person.joined_at


def _of_tutors(platform: Platform) -> Iterator[Row]:
    for tutor in platform.tutors:
        user = tutor.person.key
        yield (
            ActivityKind.MENTOR_APPLIED,
            user,
            "Mentor",
            tutor.key,
            None,
            tutor.key,
            user,
            {},
            tutor.applied_at,
        )
        if not tutor.is_pending:
            at = tutor.applied_at + (platform.at - tutor.applied_at) * 0.01
            yield (
                ActivityKind.MENTOR_APPROVED,
                platform.admin,
                "Mentor",
                tutor.key,
                None,
                tutor.key,
                user,
                {},
                at,
            )


def _of_meetings(platform: Platform) -> Iterator[Row]:
    for meeting in platform.meetings:
        key, mentor, mentee = meeting.key, meeting.tutor.key, meeting.mentee.key
        starts_at = meeting.time.starts_at.isoformat().replace("+00:00", "Z")
        for kind, actor, previous, status, reason, at in changes(meeting):
            data = {"previous": previous, "status": status, "starts_at": starts_at, "reason": reason}
            yield kind, actor, "Booking", key, key, mentor, mentee, data, at
        if meeting.feedback_id is not None:
            kind = ActivityKind.FEEDBACK_SUBMITTED
            rated = {"rating": meeting.rating}
            yield kind, mentee, "Feedback", meeting.feedback_id, key, mentor, mentee, rated, meeting.rated_at
            if meeting.reply is not None and meeting.rated_at is not None:
                replied_at = min(meeting.rated_at + timedelta(minutes=30), platform.at)
                by = meeting.tutor.person.key
                quiet = QuietKind.FEEDBACK_REPLIED
                yield quiet, by, "Feedback", meeting.feedback_id, key, mentor, mentee, rated, replied_at


def changes(meeting: Meeting) -> list[tuple[ActivityKind, Key | None, str | None, str, str | None, Any]]:
    """What befell *meeting*: kind, by whom, from which status to which, why, and when."""
    pending, confirmed = BookingStatus.PENDING.value, BookingStatus.CONFIRMED.value
    mentor = meeting.tutor.person.key
    changes: list[tuple[ActivityKind, Key | None, str | None, str, str | None, Any]] = [
        (ActivityKind.BOOKING_REQUESTED, meeting.mentee.key, None, pending, None, meeting.requested_at)
    ]
    if meeting.status in {BookingStatus.CONFIRMED, BookingStatus.COMPLETED}:
        changes.append(
            (ActivityKind.BOOKING_CONFIRMED, mentor, pending, confirmed, None, meeting.answered_at)
        )
    if ending := _ENDINGS.get(meeting.status):
        actor = mentor if meeting.status is BookingStatus.COMPLETED else meeting.ended_by
        changes.append(
            (ending, actor, changes[-1][3], meeting.status.value, meeting.reason, meeting.ended_at)
        )
    return changes


def figures(platform: Platform) -> Iterator[Row]:
    ratings = [meeting.rating for meeting in platform.meetings if meeting.rating is not None]
    statuses = Counter(meeting.status for meeting in platform.meetings)
    pending = sum(tutor.is_pending for tutor in platform.tutors)
    counted = {
        "users": len(platform.people),
        "mentors_approved": len(platform.tutors) - pending,
        "mentors_pending": pending,
        "bookings": statuses.total(),
        "bookings_pending": statuses[BookingStatus.PENDING],
        "rating_sum": sum(ratings),
        "rating_count": len(ratings),
    }
    for name, value in counted.items():
        yield name, 0, value
