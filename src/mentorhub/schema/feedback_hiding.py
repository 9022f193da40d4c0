"""Feedback that administrators hide, and show again."""

from typing import Annotated

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import feedback
from mentorhub.schema.context import Info
from mentorhub.schema.feedback import Feedback, FeedbackPayload
from mentorhub.schema.nodes import key_of
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation


@strawberry.input(description="Feedback to hide.")
class HideFeedbackInput:
    feedback_id: strawberry.ID = strawberry.field(description="The feedback.")
    reason: str = strawberry.field(description="Why; 2,000 characters at most. The audit log keeps it.")


@strawberry.input(description="Hidden feedback to show again.")
class RestoreFeedbackInput:
    feedback_id: strawberry.ID = strawberry.field(description="The feedback.")


@extend(Mutation)
class FeedbackHiding:
    @mutation("Hides feedback: it leaves mean, count and lists at once. Administrators only.")
    async def hide_feedback(
        self,
        info: Info,
        input: Annotated[HideFeedbackInput, strawberry.argument(description="Which, and why.")],
    ) -> FeedbackPayload | None:
        key = key_of("Feedback", input.feedback_id)
        row = await info.context.do(feedback.hide, feedback_id=key, reason=input.reason)
        return FeedbackPayload(feedback=Feedback.of(row))

    @mutation("Shows hidden feedback again. Administrators only.")
    async def restore_feedback(
        self, info: Info, input: Annotated[RestoreFeedbackInput, strawberry.argument(description="Which.")]
    ) -> FeedbackPayload | None:
        key = key_of("Feedback", input.feedback_id)
        row = await info.context.do(feedback.restore, feedback_id=key)
        return FeedbackPayload(feedback=Feedback.of(row))
