"""The rows of an invented platform, table by table, with every kept figure as its base has it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from itertools import groupby
from typing import Any, Final

from mentorhub.rules import listing, rebuilding, search_words, tallies
from mentorhub.rules.blocks import WeeklyBlock
from mentorhub.rules.facts import ActivityKind, QuietKind
from mentorhub.rules.instants import NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus, MentorStatus, Role, SlotStatus, UserStatus
from mentorhub.seeding.platform import Platform
from mentorhub.seeding.sessions import Meeting, Opening
from mentorhub.seeding.words import EXPERTISE

Row = Sequence[Any]

USER_COLUMNS: Final = (
    "id", "name", "email", "password_hash", "email_verified_at", "role", "status", "timezone", "region", "joined_at",
)  # fmt: skip
EXPERTISE_COLUMNS: Final = ("id", "name", "slug", "mentor_count")
MENTOR_COLUMNS: Final = (
    "id", "user_id", "status", "is_public", "name", "sort_name", "bio", "company", "job_title",
    "years_of_experience", "timezone", "session_minutes", "buffer_minutes", "minimum_notice_hours", "applied_at",
    "approved_at", "decided_at", "decided_by", "rating_sum", "rating_count", "stars", "rating_average", "score",
    "completed_session_count", "completed_minutes", "answered_count", "expired_count", "is_open", "next_slot_at",
    "next_slot_until", "cut_until", "cut_again_at", "expertise_ids", "search",
)  # fmt: skip
AVAILABILITY_COLUMNS: Final = ("id", "mentor_id", "weekday", "start_minute", "end_minute", "valid_from")
SLOT_COLUMNS: Final = (
    "id", "mentor_id", "starts_at", "ends_at", "status", "offered_from", "offered_until", "terms",
)  # fmt: skip
BOOKING_COLUMNS: Final = (
    "id", "mentor_id", "mentee_id", "slot_id", "starts_at", "ends_at", "status", "topic", "description", "questions",
    "meeting_url", "reason", "ended_by", "requested_at", "updated_at", "respond_by", "answered_at", "sequence",
    "search",
)  # fmt: skip
FEEDBACK_COLUMNS: Final = (
    "id",
    "booking_id",
    "mentor_id",
    "author_id",
    "rating",
    "comment",
    "reply",
    "created_at",
)
FACT_COLUMNS: Final = (
    "id", "kind", "actor_id", "subject_type", "subject_id", "booking_id", "mentor_id", "user_id", "data", "occurred_at",
)  # fmt: skip

_ENDINGS: Final = {
    BookingStatus.COMPLETED: ActivityKind.BOOKING_COMPLETED,
    BookingStatus.DECLINED: ActivityKind.BOOKING_DECLINED,
    BookingStatus.CANCELLED: ActivityKind.BOOKING_CANCELLED,
    BookingStatus.EXPIRED: ActivityKind.BOOKING_EXPIRED,
}


def users(platform: Platform) -> Iterator[Row]:
    for person in platform.people:
        account = platform.accounts.get(person.key)
        yield (
            person.key,
            person.name,
            person.email,
            platform.password_hashes.get(person.key),
            person.joined_at,
            account.role if account else Role.MEMBER,
            UserStatus.ACTIVE,
            person.timezone,
            person.region,
            person.joined_at,
        )


def expertise(platform: Platform) -> Iterator[Row]:
    counts = Counter(index for tutor in platform.tutors if not tutor.is_pending for index in tutor.expertise)
    for index, (key, (name, _, _)) in enumerate(zip(platform.expertise, EXPERTISE, strict=True)):
        yield key, name, name.lower().replace(" ", "-"), counts[index]


def mentors(platform: Platform) -> Iterator[Row]:
    nexts = {row[0]: row[1:] for row in _next_slots(platform)}
    for tutor in platform.tutors:
        person, rules, ratings = tutor.person, tutor.rules, tutor.ratings
        approved_at = None if tutor.is_pending else tutor.applied_at + (platform.at - tutor.applied_at) * 0.01
        known = [platform.expertise[index] for index in tutor.expertise]
        is_open, next_slot_at, next_slot_until = nexts.get(tutor.key, (False, NEVER, None))
        yield (
            tutor.key,
            person.key,
            MentorStatus.PENDING if tutor.is_pending else MentorStatus.APPROVED,
            not tutor.is_pending,
            person.name,
            search_words.sort_key(person.name),
            tutor.bio,
            tutor.company,
            tutor.job_title,
            tutor.years,
            person.timezone,
            rules.session_minutes,
            rules.buffer_minutes,
            rules.minimum_notice_hours,
            tutor.applied_at,
            approved_at,
            approved_at,
            platform.admin if approved_at else None,
            sum(ratings),
            len(ratings),
            " ".join(str(ratings.count(stars)) for stars in range(1, 6)),
            sum(ratings) / len(ratings) if ratings else 0.0,
            tallies.bayesian_mean(sum(ratings), len(ratings)),
            tutor.completed,
            tutor.completed_minutes,
            tutor.answered,
            tutor.expired,
            is_open,
            next_slot_at,
            next_slot_until,
            None if tutor.is_pending else rebuilding.cut_until(platform.at, rules),
            None if tutor.is_pending else rebuilding.cut_again_at(platform.at, tutor.key),
            " ".join(sorted(known)),
            search_words.of_profile(
                name=person.name,
                company=tutor.company,
                job_title=tutor.job_title,
                bio=tutor.bio,
                expertise=known,
            ),
        )


def mentor_expertise(platform: Platform) -> Iterator[Row]:
    for tutor in platform.tutors:
        for index in tutor.expertise:
            yield tutor.key, platform.expertise[index]


def availability(platform: Platform) -> Iterator[Row]:
    for tutor in platform.tutors:
        for block in tutor.blocks:
            assert isinstance(block, WeeklyBlock)
            key = platform.keys.new(tutor.applied_at)
            yield key, tutor.key, block.weekday, block.start_minute, block.end_minute, block.valid_from


def slots(platform: Platform) -> Iterator[Row]:
    for opening, while_ in _offered(platform):
        yield (
            opening.key,
            opening.tutor.key,
            opening.time.starts_at,
            opening.time.ends_at,
            _slot_status(opening),
            while_.offered_from,
            while_.offered_until,
            listing.terms(opening.tutor.rules),
        )


def _slot_status(opening: Opening) -> SlotStatus:
    if opening.held_by is None:
        return SlotStatus.OPEN
    return SlotStatus.HELD if opening.held_by.status is BookingStatus.PENDING else SlotStatus.BOOKED


def _offered(platform: Platform) -> Iterator[tuple[Opening, listing.OfferedWhile]]:
    for _, group in groupby(platform.openings, key=lambda opening: opening.tutor.key):
        own = list(group)
        held = [opening.held_by for opening in own if opening.held_by]
        while_ = listing.offered_while(
            [opening.time for opening in own],
            own[0].tutor.rules,
            pending=[_Pending(each) for each in held if each.status is BookingStatus.PENDING],
            booked=[each.time for each in held if each.status is BookingStatus.CONFIRMED],
        )
        yield from zip(own, while_, strict=True)


class _Pending:
    """A pending meeting's time, and until when it holds it."""

    def __init__(self, meeting: Meeting) -> None:
        self.starts_at = meeting.time.starts_at
        self.ends_at = meeting.time.ends_at
        self.respond_by = meeting.respond_by


def _next_slots(platform: Platform) -> Iterator[tuple[Key, bool, Any, Any]]:
    """Of each mentor with a slot offered at present, the first one."""
    offered = (
        (opening, while_)
        for opening, while_ in _offered(platform)
        if while_.offered_from <= platform.at <= while_.offered_until
    )
    for key, group in groupby(offered, key=lambda pair: pair[0].tutor.key):
        opening, while_ = next(group)
        # An overdue hold may free an earlier one: the clock looks again soon enough.
        yield key, True, opening.time.starts_at, while_.offered_until


def bookings(platform: Platform) -> Iterator[Row]:
    # The same topics and names come again and again.
    words_of = cache(search_words.words_of)
    for meeting in platform.meetings:
        changed_at = max(filter(None, (meeting.requested_at, meeting.answered_at, meeting.ended_at)))
        yield (
            meeting.key,
            meeting.tutor.key,
            meeting.mentee.key,
            meeting.slot_id,
            meeting.time.starts_at,
            meeting.time.ends_at,
            meeting.status,
            meeting.topic,
            meeting.description,
            meeting.questions,
            meeting.meeting_url,
            meeting.reason,
            meeting.ended_by,
            meeting.requested_at,
            changed_at,
            meeting.respond_by,
            meeting.answered_at,
            len(_changes(meeting)) - 1,
            search_words.each_once(
                map(
                    words_of,
                    (
                        meeting.topic,
                        meeting.description,
                        meeting.questions,
                        meeting.mentee.name,
                        meeting.tutor.person.name,
                    ),
                )
            ),
        )


def feedback(platform: Platform) -> Iterator[Row]:
    for meeting in platform.meetings:
        if meeting.rating is not None:
            yield (
                meeting.feedback_id,
                meeting.key,
                meeting.tutor.key,
                meeting.mentee.key,
                meeting.rating,
                meeting.comment,
                meeting.reply,
                meeting.rated_at,
            )


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
        for kind, actor, previous, status, reason, at in _changes(meeting):
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


def _changes(meeting: Meeting) -> list[tuple[ActivityKind, Key | None, str | None, str, str | None, Any]]:
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
