"""Webhooks: for programs that are told of what happens."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from mentorhub.db.webhook_deliveries import DeliveryRow
from mentorhub.db.webhooks import WebhookRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import webhooks
from mentorhub.resolvers.desk import Viewer as ViewerRow
from mentorhub.resolvers.paging import Page, Paging
from mentorhub.rules.refusals import CursorInvalid
from mentorhub.rules.vocabulary import WebhookTopic
from mentorhub.schema.connections import After, Before, Connection, First, Last
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import Node, id_field, node_type
from mentorhub.schema.scalars import URL
from mentorhub.schema.viewer import Viewer


def _next_attempt_at(root: DeliveryRow) -> datetime | None:
    return root.due_at


@strawberry.type(description="Something that a webhook is told of, and what came of it. Kept for 30 days.")
class WebhookDelivery:
    id: strawberry.ID = id_field("WebhookDelivery")
    topic: WebhookTopic = strawberry.field(description="What it tells of.")
    attempts: int = strawberry.field(description="How many tries were begun.")
    status_code: int | None = strawberry.field(
        description="The HTTP status of the last answer; null where there was none."
    )
    error: str | None = strawberry.field(description="Why the last try failed; null where it did not.")
    created_at: datetime = strawberry.field(description="When it was written down.")
    delivered_at: datetime | None = strawberry.field(
        description="When it was taken, with a status of 200 to 299; null where it was not yet."
    )
    next_attempt_at: datetime | None = strawberry.field(
        resolver=_next_attempt_at, description="Null where there is to be none."
    )


def _is_active(root: WebhookRow) -> bool:
    return root.paused_at is None


async def _deliveries(
    parents: Sequence[WebhookRow],
    info: Info,
    *,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> list[Page[DeliveryRow] | CursorInvalid]:
    found = await webhooks.deliveries_of(info.context.desk, parents, Paging(first, after, last, before))
    return [found[row.id] for row in parents]


@node_type(
    "Webhook",
    row=WebhookRow,
    load=webhooks.visible,
    description="Where a program is told of what happens, by a signed POST. To its owner alone.",
)
class Webhook(Node):
    id: strawberry.ID = id_field("Webhook")
    url: URL = strawberry.field(description="Where it is told.")
    topics: list[WebhookTopic] = strawberry.field(description="What it is told of.")
    is_active: bool = strawberry.field(
        resolver=_is_active,
        description="False once nothing could be delivered for five days; see resumeWebhook.",
    )
    deliveries: Connection[WebhookDelivery] = batch(
        _deliveries, description="What it was told or is to be, the newest first."
    )


async def _webhooks(parents: Sequence[ViewerRow], info: Info) -> list[list[WebhookRow]]:
    found = await webhooks.of_viewer(info.context.desk)
    return [found for _ in parents]


@extend(Viewer)
class ViewerWebhooks:
    webhooks: list[Webhook] = batch(
        _webhooks, description="The viewer's webhooks, oldest first; ten at most."
    )
