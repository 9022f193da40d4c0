"""What mentors do with their profiles: apply, change them, and say on which terms they give sessions."""

from typing import Annotated, Any, cast

import strawberry
from strawberry import UNSET

from mentorhub.execution import extend
from mentorhub.resolvers import profiles
from mentorhub.rules.mentors import Profile, Terms
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.mentors import Mentor
from mentorhub.schema.nodes import keys_of
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.scalars import URL, TimeZone


def _said(input: object) -> dict[str, Any]:
    """What *input* says: what it leaves out is not in it."""
    return {name: value for name, value in vars(input).items() if value is not UNSET}


def _optional(description: str) -> Any:
    return strawberry.field(default=UNSET, description=description)


@strawberry.input(description="Where else a mentor can be found; https, 300 characters at most.")
class SocialLinksInput:
    linkedin: URL | None = _optional("At linkedin.com.")
    github: URL | None = _optional("At github.com.")
    twitter: URL | None = _optional("At twitter.com or x.com.")
    website: URL | None = _optional("Anywhere.")


@strawberry.input(description="An application as a mentor.")
class ApplyAsMentorInput:
    bio: str = strawberry.field(description="50 to 500 characters.")
    expertise_ids: list[strawberry.ID] = strawberry.field(description="What they know, 1 to 10.")
    timezone: TimeZone = strawberry.field(description="The zone whose wall clock the availability goes by.")
    company: str | None = _optional("Where they work; 120 characters at most.")
    job_title: str | None = _optional("What they do there; 120 characters at most.")
    years_of_experience: int = strawberry.field(description="0 to 70.")
    social_links: SocialLinksInput | None = _optional("Where else they can be found.")
    agrees_to_guidelines: bool = strawberry.field(
        description="That they will keep to the guidelines for mentors: true."
    )


@strawberry.input(description="What is left out stays as it is; an explicit null clears what can be cleared.")
class UpdateMentorProfileInput:
    bio: str | None = _optional("50 to 500 characters; cannot be cleared.")
    expertise_ids: list[strawberry.ID] | None = _optional("What they know, 1 to 10; cannot be cleared.")
    timezone: TimeZone | None = _optional(
        "The zone whose wall clock the availability goes by: blocks stay where they are on it. Cannot be cleared."
    )
    company: str | None = _optional("Where they work; 120 characters at most.")
    job_title: str | None = _optional("What they do there; 120 characters at most.")
    years_of_experience: int | None = _optional("0 to 70; cannot be cleared.")
    social_links: SocialLinksInput | None = _optional("They replace all that there are.")


@strawberry.input(description="Whether a mentor takes requests.")
class SetAcceptingRequestsInput:
    accepting_requests: bool = strawberry.field(
        description="False: all open slots close, and come back with true. Requests and sessions stand."
    )


@strawberry.input(
    description=(
        "What is left out stays as it is; null for sessionMinutes makes each block one slot, null for "
        "defaultMeetingUrl clears it."
    )
)
class UpdateBookingRulesInput:
    session_minutes: int | None = _optional("Length of a session, 15 to 240.")
    buffer_minutes: int | None = _optional("Free time kept after each session, 0 to 120.")
    minimum_notice_hours: int | None = _optional(
        "How long before its start a slot can be requested, 0 to 336."
    )
    horizon_days: int | None = _optional("How many days ahead slots are offered, 1 to 180.")
    default_meeting_url: URL | None = _optional(
        "Given to each booking at its confirmation, unless that brings its own; https."
    )


@strawberry.type(description="A mentor's profile as it is now, or why nothing was done.")
class MentorPayload:
    mentor: Mentor | None = strawberry.field(default=None, description="Null where userErrors has any.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


def _profile(input: ApplyAsMentorInput | UpdateMentorProfileInput) -> Profile:
    said = _said(input)
    said.pop("agrees_to_guidelines", None)
    if said.get("expertise_ids") is not None:
        said["expertise_ids"] = keys_of("Expertise", said["expertise_ids"])
    if said.get("social_links") is not None:
        said["social_links"] = _said(said["social_links"])
    return cast("Profile", said)


@extend(Mutation)
class ProfileMutations:
    @mutation("Asks to become a mentor; again after a rejection. An administrator decides.")
    async def apply_as_mentor(
        self,
        info: Info,
        input: Annotated[ApplyAsMentorInput, strawberry.argument(description="The application.")],
    ) -> MentorPayload | None:
        row = await info.context.do(
            profiles.apply, given=_profile(input), agrees_to_guidelines=input.agrees_to_guidelines
        )
        return MentorPayload(mentor=Mentor.of(row))

    @mutation("Changes the viewer's own mentor profile.")
    async def update_mentor_profile(
        self,
        info: Info,
        input: Annotated[UpdateMentorProfileInput, strawberry.argument(description="What to change.")],
    ) -> MentorPayload | None:
        row = await info.context.do(profiles.update, given=_profile(input))
        return MentorPayload(mentor=Mentor.of(row))

    @mutation("Takes requests, or none for a while.")
    async def set_accepting_requests(
        self,
        info: Info,
        input: Annotated[SetAcceptingRequestsInput, strawberry.argument(description="Which of both.")],
    ) -> MentorPayload | None:
        row = await info.context.do(profiles.set_accepting, accepting_requests=input.accepting_requests)
        return MentorPayload(mentor=Mentor.of(row))

    @mutation("Changes on which terms the viewer gives sessions; open slots are cut anew.")
    async def update_booking_rules(
        self,
        info: Info,
        input: Annotated[UpdateBookingRulesInput, strawberry.argument(description="What to change.")],
    ) -> MentorPayload | None:
        row = await info.context.do(profiles.set_terms, given=cast("Terms", _said(input)))
        return MentorPayload(mentor=Mentor.of(row))
