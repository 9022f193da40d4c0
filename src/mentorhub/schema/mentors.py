"""Mentors."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import strawberry

from mentorhub.db.expertise import ExpertiseName
from mentorhub.db.mentors import Extent, MentorCard, MentorName, MentorRow
from mentorhub.db.users import UserRow
from mentorhub.execution import Asked, asked, batch, extend
from mentorhub.lasting import Lasting
from mentorhub.resolvers import expertise, mentors, users
from mentorhub.resolvers.desk import Viewer as ViewerRow
from mentorhub.rules.vocabulary import MentorStatus, RejectionReason
from mentorhub.schema.context import Info
from mentorhub.schema.expertise import Expertise
from mentorhub.schema.nodes import Node, id_field, key_of, node_type, shown
from mentorhub.schema.root import Query
from mentorhub.schema.scalars import URL, TimeZone
from mentorhub.schema.users import User
from mentorhub.schema.viewer import Viewer


@strawberry.type(description="Where else a mentor can be found.")
class SocialLinks:
    linkedin: URL | None = strawberry.field(description="At linkedin.com.")
    github: URL | None = strawberry.field(description="At github.com.")
    twitter: URL | None = strawberry.field(description="At twitter.com or x.com.")
    website: URL | None = strawberry.field(description="Anywhere.")


def _average(root: MentorRow) -> float | None:
    return root.rating_average if root.rating_count else None


def _distribution(root: MentorRow) -> list[int]:
    return [int(count) for count in root.stars.split()]


def _rating_count(root: MentorRow) -> int:
    return root.rating_count


@strawberry.type(description="What mentees think of a mentor, of all feedback that is visible.")
class Rating:
    average: float | None = strawberry.field(
        resolver=_average, description="Mean of 1 to 5 stars; null before the first."
    )
    count: int = strawberry.field(resolver=_rating_count, description="How many have rated.")
    distribution: list[int] = strawberry.field(
        resolver=_distribution, description="How many gave 1, 2, 3, 4 and 5 stars, in that order."
    )


@strawberry.type(description="On which terms a mentor gives sessions.")
class BookingRules:
    session_minutes: int | None = strawberry.field(
        description="Length of a session, 15 to 240; null: a whole block is one slot."
    )
    buffer_minutes: int = strawberry.field(description="Free time kept after each session, 0 to 120.")
    minimum_notice_hours: int = strawberry.field(
        description="How long before its start a slot can be requested, 0 to 336."
    )
    horizon_days: int = strawberry.field(description="How many days ahead slots are offered, 1 to 180.")


async def _deciders(parents: Sequence[MentorRow], info: Info) -> list[UserRow | None]:
    found = await users.by_keys(info.context.desk, [row.decided_by for row in parents if row.decided_by])
    return [found.get(row.decided_by) if row.decided_by else None for row in parents]


def _reason(root: MentorRow) -> RejectionReason | None:
    return root.decision_reason


def _note(root: MentorRow) -> str | None:
    return root.decision_note


@strawberry.type(description="Why an application was rejected or a profile deactivated.")
class MentorDecision:
    reason: RejectionReason | None = strawberry.field(
        resolver=_reason, description="Of a rejection; null for a deactivation."
    )
    note: str | None = strawberry.field(resolver=_note, description="What the administrator adds.")
    decided_by: User | None = batch(_deciders, description="The administrator.")
    decided_at: datetime = strawberry.field(description="When it was decided.")


def _itself(root: MentorRow) -> Any:
    return root


async def _users(parents: Sequence[MentorRow], info: Info) -> list[UserRow]:
    found = await users.by_keys(info.context.desk, [row.user_id for row in parents])
    return [found[row.user_id] for row in parents]


_SHOWN_BY_CARDS: Final = frozenset({
    "__typename", "id", "name", "company", "jobTitle", "yearsOfExperience", "timezone", "acceptingRequests", "rating",
    "completedSessionCount", "expertise", "slots", "nextSlot",
})  # fmt: skip


_SHOWN_BY_NAMES: Final = frozenset({
    "__typename", "id", "name", "company", "jobTitle", "expertise", "slots", "nextSlot",
})  # fmt: skip


def extent_of(asked: Asked | None) -> Extent:
    """How much of mentors is to be read for what is asked of them."""
    if asked is None or not asked.names <= _SHOWN_BY_CARDS:
        return Extent.WHOLE
    return Extent.NAME if asked.names <= _SHOWN_BY_NAMES else Extent.CARD


def _expertise(
    parents: Sequence[MentorRow | MentorCard | MentorName], info: Info
) -> list[Lasting[ExpertiseName]] | Awaitable[list[Lasting[ExpertiseName]]]:
    return expertise.of_mentors(info.context.desk, parents)


async def _response_rates(parents: Sequence[MentorRow], info: Info) -> list[float | None]:
    return await mentors.response_rates(info.context.desk, parents)


def _to_insiders(value: Callable[[MentorRow], Any]) -> Callable[..., list[Any]]:
    """A batch of what only the mentor and administrators see; null for others."""

    def load(parents: Sequence[MentorRow], info: Info) -> list[Any]:
        desk = info.context.desk
        return [value(row) if mentors.is_kept_by_viewer(desk, row) else None for row in parents]

    return load


def _decision(row: MentorRow) -> MentorRow | None:
    return row if row.status in {MentorStatus.REJECTED, MentorStatus.INACTIVE} else None


_INSIDERS = "To the mentor itself and administrators; else null."


@node_type(
    "Mentor",
    row=(MentorRow, MentorCard, MentorName),
    load=mentors.visible,
    description="Somebody who gives sessions.",
)
class Mentor(Node):
    id: strawberry.ID = id_field("Mentor")
    user: User = batch(_users, description="The account behind the profile.")
    name: str = strawberry.field(description="As the account has it.")
    bio: str = strawberry.field(description="50 to 500 characters.")
    company: str | None = strawberry.field(description="Where they work.")
    job_title: str | None = strawberry.field(description="What they do there.")
    years_of_experience: int = strawberry.field(description="0 to 70.")
    timezone: TimeZone = strawberry.field(description="The zone whose wall clock their availability goes by.")
    expertise: list[Expertise] = batch(_expertise, description="What they know, in the order of the names.")
    social_links: SocialLinks = strawberry.field(
        resolver=_itself, graphql_type=SocialLinks, description="Where else they can be found."
    )
    accepting_requests: bool = strawberry.field(description="Whether they take requests at present.")
    rating: Rating = strawberry.field(
        resolver=_itself, graphql_type=Rating, description="What mentees think of them."
    )
    completed_session_count: int = strawberry.field(description="Sessions they have completed.")
    response_rate: float | None = batch(
        _response_rates,
        description="Share of requests answered before they expired, 0 to 1; null before the first.",
    )
    booking_rules: BookingRules = strawberry.field(
        resolver=_itself, graphql_type=BookingRules, description="On which terms they give sessions."
    )
    status: MentorStatus | None = batch(_to_insiders(lambda row: row.status), description=_INSIDERS)
    applied_at: datetime | None = batch(
        _to_insiders(lambda row: row.applied_at), description=f"When they applied last. {_INSIDERS}"
    )
    decided_at: datetime | None = batch(
        _to_insiders(lambda row: row.decided_at),
        description=f"When an administrator decided about them last. {_INSIDERS}",
    )
    decision: MentorDecision | None = batch(
        _to_insiders(_decision),
        description=f"Why the application was rejected or the profile deactivated. {_INSIDERS}",
    )
    default_meeting_url: URL | None = batch(
        _to_insiders(lambda row: row.default_meeting_url),
        description=(f"Given to each booking at its confirmation, unless that brings its own. {_INSIDERS}"),
    )


async def _of_users(parents: Sequence[UserRow], info: Info) -> list[MentorRow | None]:
    found = await mentors.visible_of_users(info.context.desk, [row.id for row in parents])
    return [found.get(row.id) for row in parents]


async def _of_viewers(parents: Sequence[ViewerRow], info: Info) -> list[MentorRow | None]:
    found = await mentors.visible_of_users(info.context.desk, [row.user_id for row in parents])
    return [found.get(row.user_id) for row in parents]


@extend(User)
class UserMentor:
    mentor: Mentor | None = batch(
        _of_users,
        description=(
            "The public mentor profile, if approved (any status to the user itself and administrators)."
        ),
    )


@extend(Viewer)
class ViewerMentor:
    mentor: Mentor | None = batch(
        _of_viewers, description="The viewer's own mentor profile, whatever its status."
    )


@extend(Query)
class MentorQueries:
    @strawberry.field(description="A mentor; null where there is none or the viewer may not see them.")
    async def mentor(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A mentor's id.")]
    ) -> Mentor | None:
        found = await mentors.one_visible(info.context.desk, key_of("Mentor", id), extent_of(asked(info)))
        return shown(found)  # type: ignore[no-any-return]  # a row
