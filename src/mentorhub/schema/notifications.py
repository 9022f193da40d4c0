"""Notifications: what the viewer is told, as a list and as it comes, and what of it is mailed."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, cast

import strawberry

from mentorhub.db.bookings import BookingRow
from mentorhub.db.notifications import NotificationRow
from mentorhub.execution import batch, extend
from mentorhub.live import Entry
from mentorhub.resolvers import bookings, notifications
from mentorhub.resolvers.following import cursor_after
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.vocabulary import NotificationKind
from mentorhub.schema.bookings import Booking
from mentorhub.schema.connections import After, Before, Connection, First, Last
from mentorhub.schema.context import Context, Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import Node, id_field, keys_of, node_type, shown
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation, Subscription
from mentorhub.schema.viewer import Viewer
from mentorhub.schema.words import declare

declare(
    NotificationKind,
    "What a notification tells of.",
    BOOKING_REQUESTED="A mentee asks for a session.",
    BOOKING_CONFIRMED="The mentor has agreed.",
    BOOKING_DECLINED="The mentor has said no.",
    BOOKING_CANCELLED="A session is called off.",
    BOOKING_EXPIRED="A request was not answered in time.",
    BOOKING_COMPLETED="A session took place, and can be rated.",
    BOOKING_RESCHEDULED="A session was moved.",
    MEETING_URL_SET="Where to meet was said, or has changed.",
    SESSION_REMINDER="A session is soon, or lacks a meeting URL.",
    FEEDBACK_RECEIVED="A mentee has rated a session.",
    MENTOR_APPROVED="An application was approved.",
    MENTOR_REJECTED="An application was rejected.",
    MENTOR_DEACTIVATED="A profile was deactivated.",
    WARNING_ISSUED="An administrator has warned the user.",
    ANNOUNCEMENT="Something that everybody is told.",
    SUPPORT_REPLY="The support has answered.",
    SECURITY="Something about the account's security; its mail cannot be turned off.",
)


async def _bookings(parents: Sequence[NotificationRow], info: Info) -> list[BookingRow | None]:
    keys = [row.booking_id for row in parents if row.booking_id]
    found = await bookings.visible(info.context.desk, keys)
    return [found.get(row.booking_id) if row.booking_id else None for row in parents]


async def _cursors(parents: Sequence[NotificationRow], info: Info) -> list[str]:
    return await notifications.cursors_of(info.context.desk, parents)


@node_type(
    "Notification",
    row=NotificationRow,
    load=notifications.visible,
    description="Something the viewer is told, in their words and by their clock.",
)
class Notification(Node):
    id: strawberry.ID = id_field("Notification")
    kind: NotificationKind = strawberry.field(description="What it tells of.")
    title: str = strawberry.field(description="What it is about, in a few words.")
    body: str = strawberry.field(
        description="What happened; times are by the reader's clock, which is named."
    )
    booking: Booking | None = batch(_bookings, description="The booking it is about, if it is about one.")
    created_at: datetime = strawberry.field(description="When it was told.")
    read_at: datetime | None = strawberry.field(description="When it was read; null until then.")
    cursor: str = batch(_cursors, description="Give it back as after: to hear everything that came later.")


UnreadOnly = Annotated[bool | None, strawberry.argument(description="Only those that were not read.")]


@strawberry.type(description="Whether notifications of a kind are mailed, too.")
class NotificationPreference:
    kind: NotificationKind = strawberry.field(description="Which notifications.")
    email: bool = strawberry.field(description="Whether they are mailed.")


@extend(Viewer)
class ViewerNotifications:
    @strawberry.field(description="What the viewer was told, newest first.")
    async def notifications(
        self,
        info: Info,
        unread_only: UnreadOnly = False,  # noqa: FBT002 -- a field's argument has a name
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Notification]:
        paging = Paging(first, after, last, before)
        found = await notifications.of_viewer(info.context.desk, paging, unread_only=bool(unread_only))
        return cast("Connection[Notification]", found)

    @strawberry.field(description="How many notifications were not read.")
    async def unread_notification_count(self, info: Info) -> int:
        return await notifications.unread_count(info.context.desk)

    @strawberry.field(description="Of each kind of notification, whether it is mailed.")
    async def notification_preferences(self, info: Info) -> list[NotificationPreference]:
        return shown(await notifications.preferences(info.context.desk))  # type: ignore[no-any-return]  # rows


@strawberry.input(description="All of them when none is named.")
class MarkNotificationsReadInput:
    notification_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Which; all when none is named."
    )


@strawberry.type(description="What was marked.")
class MarkNotificationsReadPayload:
    marked_count: int = strawberry.field(default=0, description="How many had not been read.")
    viewer: Viewer | None = strawberry.field(default=None, description="The viewer.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty if it was."
    )


@strawberry.input(description="Whether notifications of a kind are mailed.")
class SetNotificationPreferenceInput:
    kind: NotificationKind = strawberry.field(description="Which notifications.")
    email: bool = strawberry.field(
        description="Whether they are mailed; mail about security cannot be turned off."
    )


@strawberry.type(description="A preference as it is now.")
class NotificationPreferencePayload:
    preference: NotificationPreference | None = strawberry.field(default=None, description="The preference.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty if it was."
    )


@extend(Mutation)
class NotificationMutations:
    @mutation("Marks the viewer's notifications as read.")
    async def mark_notifications_read(
        self,
        info: Info,
        input: Annotated[MarkNotificationsReadInput, strawberry.argument(description="Which ones.")],
    ) -> MarkNotificationsReadPayload | None:
        ids = input.notification_ids
        keys = keys_of("Notification", ids) if ids is not None else None
        count = await info.context.do(notifications.mark_read, keys=keys)
        return MarkNotificationsReadPayload(marked_count=count, viewer=shown(info.context.desk.viewer))

    @mutation("Sets whether notifications of a kind are mailed.")
    async def set_notification_preference(
        self,
        info: Info,
        input: Annotated[
            SetNotificationPreferenceInput, strawberry.argument(description="Which, and whether.")
        ],
    ) -> NotificationPreferencePayload | None:
        preference = await info.context.do(notifications.prefer, kind=input.kind, email=input.email)
        return NotificationPreferencePayload(preference=shown(preference))


@extend(Subscription)
class NotificationSubscriptions:
    @strawberry.subscription(description="The viewer's notifications as they come.")
    async def notification_received(
        self,
        info: Info,
        after: Annotated[
            str | None, strawberry.argument(description="First what came since this cursor.")
        ] = None,
    ) -> AsyncGenerator[Notification, None]:
        context = info.context
        entries = await notifications.follow(context.desk, context.following, after=context.after or after)
        return _told(entries, context)


async def _told(entries: AsyncGenerator[Entry, None], context: Context) -> AsyncGenerator[Notification, None]:
    async with aclosing(entries):
        async for entry in entries:
            found = await notifications.visible(context.desk, [entry.row.subject_id])
            context.cursor = cursor_after(context.desk, entry)
            for row in found.values():
                yield shown(row)
