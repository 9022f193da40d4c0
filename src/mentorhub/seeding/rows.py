"""The rows of an invented platform, table by table; what is told and counted of it is in `seeding.told`."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any, Final

from mentorhub.rules import listing, rebuilding, search_words, tallies
from mentorhub.rules.blocks import WeeklyBlock
from mentorhub.rules.instants import NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus, MentorStatus, Role, SlotStatus, UserStatus
from mentorhub.seeding.platform import Platform
from mentorhub.seeding.sessions import Meeting, Opening
from mentorhub.seeding.told import Row, changes
from mentorhub.seeding.words import EXPERTISE

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
            len(changes(meeting)) - 1,
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
