"""Analytics: the figures of a window equal a recount from the rows, whatever they are."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from mentorhub.db.database import Database, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.statements import change
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.tables.mentors import expertise, mentor_expertise, mentors
from mentorhub.resolvers import analytics
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.instants import NEVER
from mentorhub.rules.refusals import BadUserInput, Forbidden
from mentorhub.rules.vocabulary import BookingStatus, Interval, MentorStatus, Role, UserStatus
from tests import given as having
from tests.administration.recounting import (
    BookingFacts,
    FeedbackFacts,
    MenteeFacts,
    MentorFacts,
    World,
    recount,
)
from tests.api import Api
from tests.rows import add

FROM = datetime(2026, 1, 30, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
instants = st.timedeltas(timedelta(0), timedelta(days=49)).map(FROM.__add__)
hours = st.integers(0, 49 * 24)

mentor_rows = st.builds(
    MentorFacts,
    key=st.builds(new_key),
    status=st.sampled_from(MentorStatus),
    approved_at=st.none() | instants,
    timezone=st.sampled_from(["UTC", "Asia/Kathmandu"]),
    expertise=st.frozensets(st.integers(0, 2)),
)
mentee_rows = st.builds(
    MenteeFacts,
    key=st.builds(new_key),
    joined_at=instants,
    region=st.sampled_from([None, "DE", "NP"]),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    some = draw(st.lists(mentor_rows, min_size=1, max_size=3))
    mentees = draw(st.lists(mentee_rows, min_size=1, max_size=3))
    booked = [
        _booking(draw, draw(st.sampled_from(some)), draw(st.sampled_from(mentees)), hour)
        for hour in sorted(draw(st.sets(hours, max_size=12)))
    ]
    said = [
        FeedbackFacts(each, draw(st.integers(1, 5)), draw(instants), draw(st.booleans()))
        for each in booked
        if each.status is BookingStatus.COMPLETED and draw(st.booleans())
    ]
    names = [(new_key(), name) for name in ("Cooking", "Boats", "Air")]
    return World(some, [FROM for _ in some] + [each.joined_at for each in mentees], booked, said, names)


def _booking(draw: st.DrawFn, mentor: MentorFacts, mentee: MenteeFacts, hour: int) -> BookingFacts:
    starts_at = FROM + timedelta(hours=hour, minutes=draw(st.sampled_from([0, 30])))
    requested_at = draw(instants)
    moved_at = draw(st.none() | st.timedeltas(timedelta(0), timedelta(days=3)).map(requested_at.__add__))
    answered_at = draw(
        st.none() | st.timedeltas(timedelta(0), timedelta(days=3)).map((moved_at or requested_at).__add__)
    )
    return BookingFacts(
        new_key(),
        mentor,
        mentee,
        starts_at,
        starts_at + timedelta(minutes=30),
        requested_at,
        moved_at,
        answered_at,
        draw(st.sampled_from(BookingStatus)),
    )


async def _store(database: Database, world: World) -> None:
    async def clear(transaction: Transaction) -> None:
        for table in (feedback, bookings, mentor_expertise, mentors, expertise):
            await transaction.run(change(delete(table)))
        await transaction.run(change(delete(users)))

    await database.write(clear)
    mentees = {each.mentee.key: each.mentee for each in world.bookings}
    joined = {key: (each.joined_at, each.region) for key, each in mentees.items()}
    owners = {each.key: new_key() for each in world.mentors}
    await add(
        database, expertise, *({"id": key, "name": name, "slug": name} for key, name in world.expertise)
    )
    await add(
        database,
        users,
        *(_user(key, at, region) for key, (at, region) in joined.items()),
        *(_user(key, FROM, None) for key in owners.values()),
    )
    await add(database, mentors, *(_mentor(each, owners[each.key]) for each in world.mentors))
    pairs = [
        {"mentor_id": each.key, "expertise_id": world.expertise[index][0]}
        for each in world.mentors
        for index in sorted(each.expertise)
    ]
    await database.write(
        lambda transaction: transaction.many(
            change(mentor_expertise.insert(), parameters=["mentor_id", "expertise_id"]), pairs
        )
    )
    await add(database, bookings, *map(_booked, world.bookings))
    await add(
        database,
        feedback,
        *(
            {
                "booking_id": each.booking.key,
                "mentor_id": each.booking.mentor.key,
                "author_id": each.booking.mentee.key,
                "rating": each.rating,
                "comment": "Well explained.",
                "created_at": each.created_at,
                "hidden_at": each.created_at if each.is_hidden else None,
            }
            for each in world.feedback
        ),
    )


def _user(key: Any, joined_at: datetime, region: str | None) -> dict[str, Any]:
    return {
        "id": key,
        "name": "Somebody",
        "email": f"{key}@example.com",
        "role": Role.MEMBER,
        "status": UserStatus.ACTIVE,
        "region": region,
        "joined_at": joined_at,
    }


def _mentor(each: MentorFacts, owner: Any) -> dict[str, Any]:
    return {
        "id": each.key,
        "user_id": owner,
        "status": each.status,
        "name": "Somebody",
        "sort_name": "somebody",
        "bio": "b" * 50,
        "years_of_experience": 5,
        "timezone": each.timezone,
        "applied_at": FROM,
        "approved_at": each.approved_at,
        "next_slot_at": NEVER,
    }


def _booked(each: BookingFacts) -> dict[str, Any]:
    return {
        "id": each.key,
        "mentor_id": each.mentor.key,
        "mentee_id": each.mentee.key,
        "starts_at": each.starts_at,
        "ends_at": each.ends_at,
        "status": each.status,
        "topic": "How to begin",
        "requested_at": each.requested_at,
        "updated_at": each.requested_at,
        "moved_at": each.moved_at,
        "answered_at": each.answered_at,
        "respond_by": each.starts_at,
    }


@given(
    world=worlds(),
    since=st.dates(date(2026, 1, 28), date(2026, 3, 1)),
    length=st.integers(1, 60),
    interval=st.sampled_from(Interval),
)
async def test_analytics_equal_a_recount(
    api: Api, world: World, since: date, length: int, interval: Interval
) -> None:
    api.clock.instant = max(api.clock.instant, NOW) + timedelta(minutes=2)
    viewer = Viewer(user_id=new_key(), role=Role.ADMIN, is_verified=True, session_id=new_key())
    used = {each.mentee.key for each in world.bookings}
    world = _only_those_who_booked(world, used)
    await _store(api.house.doors.database, world)
    until = since + timedelta(days=length)

    found = await analytics.over(api.context(viewer).desk, since=since, until=until, interval=interval)

    approved = [each for each in world.mentors if each.status is MentorStatus.APPROVED]
    expected = recount(
        world, since=since, until=until, interval=interval, now=api.clock.now(), mentors=len(approved)
    )
    zones = {zone: sum(each.timezone == zone for each in approved) for zone in {e.timezone for e in approved}}
    assert {row.timezone: row.mentors for row in found.mentors_by_timezone} == zones
    assert found.mentor_response_hours == pytest.approx(expected.mentor_response_hours, abs=1e-6)
    assert _rounded(found) == _rounded(expected)


def _only_those_who_booked(world: World, used: set[Any]) -> World:
    joined = {each.mentee.key: each.mentee.joined_at for each in world.bookings}
    return replace(world, users=[FROM for _ in world.mentors] + [joined[key] for key in used])


def _rounded(found: analytics.Analytics) -> analytics.Analytics:
    """What was divided in another order may differ in the last digit."""
    demand = [
        each._replace(average_rating=each.average_rating and round(each.average_rating, 9))
        for each in found.expertise
    ]
    return found._replace(
        expertise=demand,
        average_rating=found.average_rating and round(found.average_rating, 9),
        # Compared apart.
        mentors_by_timezone=[],
        mentor_response_hours=None,
    )


async def test_a_platform_without_anything_has_empty_periods_and_no_shares(api: Api) -> None:
    api.clock.instant = datetime(2026, 5, 1, tzinfo=UTC)
    viewer = await having.admin(api)

    found = await analytics.over(
        api.context(viewer).desk, since=date(2026, 2, 1), until=date(2026, 4, 1), interval=Interval.MONTH
    )

    assert [point.from_ for point in found.growth] == [date(2026, 2, 1), date(2026, 3, 1)]
    assert {sum(point[1:]) for point in found.growth} == {0}
    assert [found.retention_rate, found.completion_rate, found.average_rating] == [None, None, None]
    assert [found.mentor_response_hours, found.cancellation_rate, found.feedback_rate] == [None, None, None]


async def test_answers_are_kept_for_a_minute(api: Api) -> None:
    viewer = await having.admin(api)
    window = {"since": date(2026, 3, 1), "until": date(2026, 4, 1), "interval": Interval.MONTH}

    async def joined() -> int:
        found = await analytics.over(api.context(viewer).desk, **window)  # type: ignore[arg-type]  # as above
        return found.growth[0].new_users

    first = await joined()
    await having.user(api)
    kept = await joined()
    api.clock.forward(seconds=61)
    later = await joined()

    assert (first, kept, later) == (1, 1, 2)


@pytest.mark.parametrize(("since", "until"), [("2026-03-01", "2026-03-01"), ("2016-01-01", "2026-03-01")])
async def test_a_window_that_is_empty_or_too_long_is_refused(api: Api, since: str, until: str) -> None:
    desk = api.context(await having.admin(api)).desk

    with pytest.raises(BadUserInput):
        await analytics.over(
            desk, since=date.fromisoformat(since), until=date.fromisoformat(until), interval=Interval.DAY
        )


async def test_analytics_are_for_administrators(api: Api) -> None:
    desk = api.context(await having.user(api)).desk

    with pytest.raises(Forbidden):
        await analytics.over(desk, since=date(2026, 3, 1), until=date(2026, 4, 1), interval=Interval.DAY)


ANALYTICS = """query ($from: Date!, $until: Date!) {
  admin { analytics(from: $from, until: $until, interval: WEEK) {
    growth { from newUsers newMentors newBookings completedSessions }
    retentionRate completionRate averageRating mentorResponseHours cancellationRate feedbackRate
    expertise { expertise { name } bookings mentors averageRating isUnderserved }
    mentorsByTimezone { timezone mentors } menteesByRegion { region mentees } popularTimes { weekday hour sessions }
  } }
}"""


async def test_administrators_read_analytics(api: Api) -> None:
    keeper = await having.admin(api)
    await having.expertise(api, "Sailing")

    found = (await api.ask(ANALYTICS, keeper, **{"from": "2026-02-25", "until": "2026-03-09"}))["admin"][
        "analytics"
    ]

    assert [(week["from"], week["newUsers"]) for week in found["growth"]] == [
        ("2026-02-25", 0),
        ("2026-03-02", 2),
    ]
    assert found["expertise"] == [
        {
            "expertise": {"name": "Sailing"},
            "bookings": 0,
            "mentors": 0,
            "averageRating": None,
            "isUnderserved": False,
        }
    ]
    empty = await api.ask(ANALYTICS, keeper, **{"from": "2026-03-09", "until": "2026-03-09"})
    assert empty.codes == ["BAD_USER_INPUT"]
