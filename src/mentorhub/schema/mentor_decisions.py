"""Decisions on mentors beyond one application: several at once, and profiles taken back."""

from typing import Annotated, Final

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import deactivation, moderation
from mentorhub.resolvers.access import admin
from mentorhub.rules.refusals import Barred, Invalid, Refusal
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.mentors import Mentor
from mentorhub.schema.nodes import key_of
from mentorhub.schema.profiles import MentorPayload
from mentorhub.schema.refusing import mutation, told
from mentorhub.schema.root import Mutation

_MOST: Final = 100


@strawberry.input(description="Applications to approve. 100 at most.")
class ApproveMentorsInput:
    mentor_ids: list[strawberry.ID] = strawberry.field(description="Mentors whose applications are pending.")


@strawberry.input(description="A profile to take back.")
class DeactivateMentorInput:
    mentor_id: strawberry.ID = strawberry.field(description="An approved mentor.")
    note: str = strawberry.field(
        description="Why, to the mentor and to whoever awaits an answer; 2,000 characters at most."
    )


@strawberry.input(description="A profile to bring back.")
class ReactivateMentorInput:
    mentor_id: strawberry.ID = strawberry.field(description="A mentor whose profile was deactivated.")


@strawberry.type(description="The mentors that were approved, and why others were not.")
class MentorsPayload:
    mentors: list[Mentor] = strawberry.field(
        default_factory=list, description="Those that were approved, in the order of their ids."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description='Why others were not: field names them, ["mentorIds", "3"].'
    )


@extend(Mutation)
class MentorDecisions:
    @mutation("Each on its own: those that cannot be approved are told in userErrors, the others are.")
    async def approve_mentors(
        self,
        info: Info,
        input: Annotated[ApproveMentorsInput, strawberry.argument(description="Which applications.")],
    ) -> MentorsPayload | None:
        admin(info.context.desk)
        if len(input.mentor_ids) > _MOST:
            raise Invalid(f"{_MOST} mentors at most.", field="mentor_ids")
        payload = MentorsPayload()
        for index, text in enumerate(input.mentor_ids):
            try:
                row = await info.context.do(moderation.approve, mentor_id=key_of("Mentor", text))
            except Barred:
                raise
            except Refusal as refusal:
                refusal.field = ("mentor_ids", str(index))
                payload.user_errors.append(told(refusal))
            else:
                payload.mentors.append(Mentor.of(row))
        return payload

    @mutation(
        "Takes a profile back: its slots close, requests are declined, confirmed sessions stand. Administrators only."
    )
    async def deactivate_mentor(
        self,
        info: Info,
        input: Annotated[DeactivateMentorInput, strawberry.argument(description="Whose, and why.")],
    ) -> MentorPayload | None:
        key = key_of("Mentor", input.mentor_id)
        row = await info.context.do(deactivation.deactivate, mentor_id=key, note=input.note)
        return MentorPayload(mentor=Mentor.of(row))

    @mutation("Makes a deactivated profile public again, with its slots. Administrators only.")
    async def reactivate_mentor(
        self, info: Info, input: Annotated[ReactivateMentorInput, strawberry.argument(description="Whose.")]
    ) -> MentorPayload | None:
        key = key_of("Mentor", input.mentor_id)
        row = await info.context.do(deactivation.reactivate, mentor_id=key)
        return MentorPayload(mentor=Mentor.of(row))
