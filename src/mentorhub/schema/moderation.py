"""What administrators decide about mentors."""

from typing import Annotated

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import moderation
from mentorhub.rules.vocabulary import RejectionReason
from mentorhub.schema.context import Info
from mentorhub.schema.mentors import Mentor
from mentorhub.schema.nodes import key_of
from mentorhub.schema.profiles import MentorPayload
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation


@strawberry.input(description="An application to approve.")
class ApproveMentorInput:
    mentor_id: strawberry.ID = strawberry.field(description="A mentor whose application is pending.")


@strawberry.input(description="An application to reject.")
class RejectMentorInput:
    mentor_id: strawberry.ID = strawberry.field(description="A mentor whose application is pending.")
    reason: RejectionReason = strawberry.field(description="Why; the applicant is told.")
    note: str | None = strawberry.field(
        default=None, description="More about it, to the applicant; 2,000 characters at most."
    )


@extend(Mutation)
class ModerationMutations:
    @mutation("Makes a mentor public. Administrators only; of two decisions at once one wins.")
    async def approve_mentor(
        self,
        info: Info,
        input: Annotated[ApproveMentorInput, strawberry.argument(description="Which application.")],
    ) -> MentorPayload | None:
        row = await info.context.do(moderation.approve, mentor_id=key_of("Mentor", input.mentor_id))
        return MentorPayload(mentor=Mentor.of(row))

    @mutation("Declines an application; the applicant may apply again. Administrators only.")
    async def reject_mentor(
        self,
        info: Info,
        input: Annotated[RejectMentorInput, strawberry.argument(description="Which, and why.")],
    ) -> MentorPayload | None:
        row = await info.context.do(
            moderation.reject,
            mentor_id=key_of("Mentor", input.mentor_id),
            reason=input.reason,
            note=input.note,
        )
        return MentorPayload(mentor=Mentor.of(row))
