"""Announcements: service status and news."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, cast

import strawberry

from mentorhub.db.announcements import AnnouncementRow
from mentorhub.execution import Common, extend
from mentorhub.live import Entry
from mentorhub.resolvers import announcements
from mentorhub.resolvers.following import cursor_after
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.vocabulary import AnnouncementKind
from mentorhub.schema.connections import After, Before, Connection, First, Last
from mentorhub.schema.context import Context, Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import Node, id_field, key_of, node_type, shown
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation, Query, Subscription
from mentorhub.schema.words import declare

declare(
    AnnouncementKind,
    "What an announcement is about.",
    NEWS="Something new on the platform.",
    DOWNTIME="The service cannot be used, or will not be for a while.",
    SECURITY="Something that concerns the security of accounts or data.",
    POLICY="A change of the rules.",
)


@node_type(
    "Announcement",
    row=AnnouncementRow,
    load=announcements.visible,
    description="What administrators tell everybody.",
)
class Announcement(Node):
    id: strawberry.ID = id_field("Announcement")
    kind: AnnouncementKind = strawberry.field(description="What it is about.")
    title: str = strawberry.field(description="3 to 120 characters.")
    body: str = strawberry.field(description="2,000 characters at most.")
    posted_at: datetime = strawberry.field(description="When it was posted.")
    ended_at: datetime | None = strawberry.field(description="When it was over; null while it stands.")


@strawberry.input(description="Something to tell everybody.")
class PostAnnouncementInput:
    kind: AnnouncementKind = strawberry.field(description="What it is about.")
    title: str = strawberry.field(description="3 to 120 characters.")
    body: str = strawberry.field(description="2,000 characters at most.")
    notify_everyone: bool | None = strawberry.field(
        default=False, description="Whether everybody with an account is notified, too."
    )


@strawberry.input(description="An announcement that is over.")
class EndAnnouncementInput:
    announcement_id: strawberry.ID = strawberry.field(description="The announcement.")


@strawberry.type(description="An announcement as it is now.")
class AnnouncementPayload:
    announcement: Announcement | None = strawberry.field(
        default=None, description="The announcement; null where nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


IncludeEnded = Annotated[
    bool | None, strawberry.argument(description="Whether those that are over are listed, too.")
]


@extend(Query)
class AnnouncementQueries:
    @strawberry.field(description="Service status and news, newest first; without ended ones unless asked.")
    async def announcements(
        self,
        info: Info,
        include_ended: IncludeEnded = False,  # noqa: FBT002 -- the argument's own default
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Announcement]:
        paging = Paging(first, after, last, before)
        found = await announcements.recent(info.context.desk, paging, include_ended=bool(include_ended))
        return cast("Connection[Announcement]", found)


@extend(Mutation)
class AnnouncementMutations:
    @mutation("Tells everybody something; the notifications follow within a minute. Administrators only.")
    async def post_announcement(
        self,
        info: Info,
        input: Annotated[PostAnnouncementInput, strawberry.argument(description="What to tell.")],
    ) -> AnnouncementPayload | None:
        posted = await info.context.do(
            announcements.post,
            kind=input.kind,
            title=input.title,
            body=input.body,
            notify_everyone=bool(input.notify_everyone),
        )
        return AnnouncementPayload(announcement=Announcement.of(posted))

    @mutation("Says that an announcement is over. Administrators only.")
    async def end_announcement(
        self,
        info: Info,
        input: Annotated[EndAnnouncementInput, strawberry.argument(description="Which announcement.")],
    ) -> AnnouncementPayload | None:
        key = key_of("Announcement", input.announcement_id)
        ended = await info.context.do(announcements.end, announcement_id=key)
        return AnnouncementPayload(announcement=Announcement.of(ended))


@extend(Subscription)
class AnnouncementSubscriptions:
    @strawberry.subscription(description="Announcements as they are posted.")
    async def announcement_posted(self, info: Info) -> AsyncGenerator[Announcement, None]:
        return _told(await announcements.follow(info.context.desk, info.context.following), info.context)


async def _told(entries: AsyncGenerator[Entry, None], context: Context) -> AsyncGenerator[Announcement, None]:
    async with aclosing(entries):
        async for entry in entries:
            row = await announcements.told_by(context.desk, entry)
            if row is not None:
                context.cursor = cursor_after(context.desk, entry)
                yield shown(Common(row, entry.common))
