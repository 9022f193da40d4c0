"""What is followed as it happens: the log's cursor, and a mentor's slots."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from mentorhub.db.slots import SlotRow
from mentorhub.execution import Common, extend
from mentorhub.live import Entry
from mentorhub.resolvers import following, slot_changes
from mentorhub.resolvers.following import cursor_after
from mentorhub.schema.context import Context, Info
from mentorhub.schema.nodes import key_of, shown
from mentorhub.schema.root import Subscription
from mentorhub.schema.slots import Slot
from mentorhub.schema.viewer import Viewer


@extend(Viewer)
class ViewerCursor:
    @strawberry.field(
        description=(
            "The end of what has happened so far: give it to a subscription as after: to miss nothing from here on."
        )
    )
    async def cursor(self, info: Info) -> str:
        return await following.end(info.context.desk)


@extend(Subscription)
class SlotSubscriptions:
    @strawberry.subscription(description="Slots of a mentor that opened, were held, booked or closed.")
    async def slot_changed(
        self,
        info: Info,
        mentor_id: Annotated[strawberry.ID, strawberry.argument(description="Whose slots.")],
    ) -> AsyncGenerator[Slot, None]:
        context = info.context
        key = key_of("Mentor", mentor_id)
        return _changed(await slot_changes.follow(context.desk, context.following, mentor_id=key), context)


async def _changed(
    changes: AsyncGenerator[tuple[Entry, SlotRow], None], context: Context
) -> AsyncGenerator[Slot, None]:
    async with aclosing(changes):
        async for entry, row in changes:
            context.cursor = cursor_after(context.desk, entry)
            yield shown(Common(row, entry.common.setdefault(("slot", row.id), {})))
