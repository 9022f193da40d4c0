"""Feedback."""

from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry

from mentorhub.db.bookings import BookingCard, BookingRow
from mentorhub.db.feedback import FeedbackCard, FeedbackRow
from mentorhub.db.mentors import MentorCard, MentorRow
from mentorhub.db.users import UserRow
from mentorhub.execution import asked, batch, extend
from mentorhub.resolvers import bookings, feedback, mentors, users
from mentorhub.resolvers.paging import Page, Paging
from mentorhub.rules.refusals import CursorInvalid
from mentorhub.schema.bookings import Booking
from mentorhub.schema.connections import After, Before, Connection, First, Last
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.mentors import Mentor, extent_of
from mentorhub.schema.nodes import Node, brought, id_field, key_of, node_type
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.users import User


async def _bookings(parents: Sequence[FeedbackRow], info: Info) -> list[BookingRow | None]:
    found = await bookings.visible(info.context.desk, [row.booking_id for row in parents])
    return [found.get(row.booking_id) for row in parents]


async def _mentors(parents: Sequence[FeedbackRow], info: Info) -> list[MentorRow | MentorCard]:
    keys = [row.mentor_id for row in parents]
    found = await mentors.reached(info.context.desk, keys, extent_of(asked(info)))
    return [found[row.mentor_id] for row in parents]


async def _authors(parents: Sequence[FeedbackRow], info: Info) -> list[UserRow]:
    found = await users.by_keys(info.context.desk, [row.author_id for row in parents])
    return [found[row.author_id] for row in parents]


def _hidden(parents: Sequence[FeedbackRow], info: Info) -> list[datetime | None]:
    viewer = info.context.desk.viewer
    is_admin = viewer is not None and viewer.is_admin
    return [row.hidden_at if is_admin else None for row in parents]


@node_type(
    "Feedback",
    row=(FeedbackRow, FeedbackCard),
    load=feedback.visible,
    description="What a mentee says of a session.",
)
class Feedback(Node):
    id: strawberry.ID = id_field("Feedback")
    booking: Booking | None = batch(
        _bookings, description="To its two parties and administrators; else null."
    )
    mentor: Mentor = batch(_mentors, description="Who gave the session.")
    author: User = batch(_authors, description="Who says it.")
    rating: int = strawberry.field(description="1 to 5 stars.")
    comment: str = strawberry.field(description="10 to 2,000 characters.")
    reply: str | None = strawberry.field(description="The mentor's public answer.")
    created_at: datetime = strawberry.field(description="When it was left.")
    hidden_at: datetime | None = batch(_hidden, description="To administrators; else null.")


def _left(
    parents: Sequence[BookingRow | BookingCard], info: Info
) -> list[Any] | Awaitable[list[FeedbackRow | None]]:
    known, viewer = brought(parents, "feedback"), info.context.desk.viewer
    if known is None:
        return _read_left(parents, info)
    return [row if row is not None and feedback.is_visible(viewer, row) else None for row in known]


async def _read_left(parents: Sequence[BookingRow | BookingCard], info: Info) -> list[FeedbackRow | None]:
    found = await feedback.by_bookings(info.context.desk, [row.id for row in parents])
    return [found.get(row.id) for row in parents]


@extend(Booking)
class BookingFeedback:
    feedback: Feedback | None = batch(_left, description="What the mentee says of the session.")


async def _received(
    parents: Sequence[MentorRow],
    info: Info,
    *,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> list[Page[FeedbackRow] | CursorInvalid]:
    found = await feedback.pages_of(info.context.desk, parents, Paging(first, after, last, before))
    return [found[row.id] for row in parents]


@extend(Mentor)
class MentorFeedback:
    feedback: Connection[Feedback] = batch(_received, description="What mentees say, the newest first.")


@strawberry.input(description="What a mentee says of a session.")
class LeaveFeedbackInput:
    booking_id: strawberry.ID = strawberry.field(description="A completed booking.")
    rating: int = strawberry.field(description="1 to 5 stars.")
    comment: str = strawberry.field(description="10 to 2,000 characters.")


@strawberry.input(description="The mentor's public answer.")
class ReplyToFeedbackInput:
    feedback_id: strawberry.ID = strawberry.field(description="Feedback on a session of the viewer.")
    reply: str = strawberry.field(description="2,000 characters at most.")


@strawberry.type(description="Feedback as it is now, or why nothing was done.")
class FeedbackPayload:
    feedback: Feedback | None = strawberry.field(default=None, description="Null where userErrors has any.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


@extend(Mutation)
class FeedbackMutations:
    @mutation("The mentee rates a completed session, once.")
    async def leave_feedback(
        self,
        info: Info,
        input: Annotated[LeaveFeedbackInput, strawberry.argument(description="On which, and what.")],
    ) -> FeedbackPayload | None:
        row = await info.context.do(
            feedback.leave,
            booking_id=key_of("Booking", input.booking_id),
            rating=input.rating,
            comment=input.comment,
        )
        return FeedbackPayload(feedback=Feedback.of(row))

    @mutation("The mentor answers feedback in public, once.")
    async def reply_to_feedback(
        self,
        info: Info,
        input: Annotated[ReplyToFeedbackInput, strawberry.argument(description="To which, and what.")],
    ) -> FeedbackPayload | None:
        row = await info.context.do(
            feedback.reply, feedback_id=key_of("Feedback", input.feedback_id), reply=input.reply
        )
        return FeedbackPayload(feedback=Feedback.of(row))
