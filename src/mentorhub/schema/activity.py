"""Activities: what happened, as administrators read it, and the feed of them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Annotated

import strawberry

from mentorhub.db.activity import ActivityRow
from mentorhub.db.facts import FactRow
from mentorhub.db.users import UserRow
from mentorhub.execution import Asked, Common, batch, extend, reads
from mentorhub.live import Entry
from mentorhub.resolvers import activity, users
from mentorhub.resolvers.following import cursor_after, cursor_of
from mentorhub.rules.facts import ActivityKind
from mentorhub.schema.announcements import Announcement
from mentorhub.schema.bookings import Booking
from mentorhub.schema.context import Context, Info
from mentorhub.schema.expertise import Expertise
from mentorhub.schema.faq import FaqEntry
from mentorhub.schema.feedback import Feedback
from mentorhub.schema.incidents import Incident
from mentorhub.schema.mentors import Mentor
from mentorhub.schema.nodes import Node, id_field, id_of, node_type, nodes_of, shown, unless_brought
from mentorhub.schema.root import Subscription
from mentorhub.schema.support import SupportTicket
from mentorhub.schema.users import User, needs_card_only
from mentorhub.schema.words import declare

declare(
    ActivityKind,
    "What happened.",
    USER_JOINED="Somebody made an account.",
    USER_SUSPENDED="An administrator closed an account.",
    USER_REINSTATED="An administrator opened a suspended account again.",
    USER_WARNED="An administrator warned a user.",
    ROLE_CHANGED="A superadmin gave a user another role.",
    MENTOR_APPLIED="Somebody applied as a mentor.",
    MENTOR_APPROVED="An application was approved.",
    MENTOR_REJECTED="An application was rejected.",
    MENTOR_DEACTIVATED="A mentor's profile was deactivated.",
    MENTOR_REACTIVATED="A mentor's profile was reactivated.",
    BOOKING_REQUESTED="A mentee asked for a slot.",
    BOOKING_CONFIRMED="A mentor agreed to a request.",
    BOOKING_DECLINED="A mentor said no to a request.",
    BOOKING_CANCELLED="A booking was called off.",
    BOOKING_COMPLETED="A session took place.",
    BOOKING_EXPIRED="A request was not answered in time.",
    BOOKING_RESCHEDULED="A booking was moved to another slot.",
    FEEDBACK_SUBMITTED="A mentee rated a session.",
    FEEDBACK_HIDDEN="An administrator hid feedback.",
    FEEDBACK_RESTORED="An administrator showed hidden feedback again.",
    INCIDENT_REPORTED="An incident was reported.",
    INCIDENT_CHANGED="An incident got a note or another status.",
    INCIDENT_RESOLVED="An incident was resolved or dismissed.",
    ANNOUNCEMENT_POSTED="An announcement was posted.",
    ANNOUNCEMENT_ENDED="An announcement was ended.",
    EXPERTISE_CREATED="An expertise was added.",
    EXPERTISE_RENAMED="An expertise got another name.",
    FAQ_SAVED="An entry of the FAQ was written or changed.",
    FAQ_DELETED="An entry of the FAQ was deleted.",
    TICKET_OPENED="Somebody asked the support for help.",
    TICKET_ANSWERED="A support ticket was answered.",
    TICKET_CLOSED="A support ticket was closed.",
    ACCESS_REVOKED="A user was signed out everywhere.",
    ACCOUNT_DELETED="A user deleted their account.",
    DATA_EXPORTED="Data was exported.",
)

Kinds = Annotated[
    list[ActivityKind] | None, strawberry.argument(description="Only these; all when none is given.")
]
ActivitySubject = Annotated[
    User | Mentor | Booking | Feedback | Incident | Announcement | Expertise | FaqEntry | SupportTicket,
    strawberry.union("ActivitySubject", description="What an activity is about."),
]
_SUBJECTS = {
    "User", "Mentor", "Booking", "Feedback", "Incident", "Announcement", "Expertise", "FaqEntry",
    "SupportTicket",
}  # fmt: skip


def _cursor(root: FactRow | ActivityRow, info: Info) -> str:
    return cursor_of(info.context.desk, root)


def _kind(root: FactRow | ActivityRow) -> ActivityKind:
    return ActivityKind(root.kind)


def shows_actors(asked: Asked | None) -> bool:
    """Whether who did it is worth reading along with activities, for what is asked of them."""
    return asked is not None and "actor" in asked.names and needs_card_only(asked.at("actor"))


@unless_brought("actor")
async def _actors(parents: Sequence[FactRow | ActivityRow], info: Info) -> list[UserRow | None]:
    found = await users.by_keys(info.context.desk, [row.actor_id for row in parents if row.actor_id])
    return [found.get(row.actor_id) if row.actor_id else None for row in parents]


async def _subjects(parents: Sequence[FactRow | ActivityRow], info: Info) -> list[object]:
    ids = [id_of(row.subject_type, row.subject_id) for row in parents]
    found = await nodes_of(info.context.desk, ids)
    return [each if row.subject_type in _SUBJECTS else None for row, each in zip(parents, found, strict=True)]


async def _summaries(parents: Sequence[FactRow | ActivityRow], info: Info) -> list[str]:
    return await activity.summaries(info.context.desk, parents)


@node_type(
    "Activity",
    row=(FactRow, ActivityRow),
    load=activity.visible,
    description="Something that happened on the platform.",
)
class Activity(Node):
    id: strawberry.ID = id_field("Activity")
    cursor: str = strawberry.field(
        resolver=_cursor, description="Give it back as after: to hear everything that came later."
    )
    kind: ActivityKind = strawberry.field(
        resolver=_kind, metadata=reads("kind"), description="What happened."
    )
    actor: User | None = batch(_actors, description="Who did it; null if the clock did.")
    subject: ActivitySubject | None = batch(
        _subjects, description="What it is about; null once that is gone."
    )
    summary: str = batch(_summaries, description="One sentence for a person.")
    occurred_at: datetime = strawberry.field(description="When it happened.")


@extend(Subscription)
class ActivitySubscriptions:
    @strawberry.subscription(description="What happens on the platform. Administrators only.")
    async def activity_feed(
        self,
        info: Info,
        kinds: Kinds = None,
        after: Annotated[
            str | None, strawberry.argument(description="First what came since this cursor.")
        ] = None,
    ) -> AsyncGenerator[Activity, None]:
        context = info.context
        entries = await activity.follow(
            context.desk, context.following, kinds=kinds, after=context.after or after
        )
        return _told(entries, context)


async def _told(entries: AsyncGenerator[Entry, None], context: Context) -> AsyncGenerator[Activity, None]:
    async with aclosing(entries):
        async for entry in entries:
            context.cursor = cursor_after(context.desk, entry)
            yield shown(Common(entry.row, entry.common))
