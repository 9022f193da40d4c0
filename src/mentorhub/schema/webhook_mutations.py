"""Making webhooks, changing their secrets, and having things delivered again."""

from typing import Annotated

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import webhooks
from mentorhub.rules.vocabulary import WebhookTopic
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import id_of, key_of, shown
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.scalars import URL
from mentorhub.schema.sessions import ERRORS
from mentorhub.schema.webhooks import Webhook, WebhookDelivery


@strawberry.input(description="A new webhook.")
class CreateWebhookInput:
    url: URL = strawberry.field(
        description="https, at a host with a public address, at port 443 or from 1024 on; 500 characters at most."
    )
    topics: list[WebhookTopic] = strawberry.field(description="What it is to be told of; one at least.")


@strawberry.type(description="The webhook that was made.")
class CreateWebhookPayload:
    webhook: Webhook | None = strawberry.field(default=None, description="Null where nothing was done.")
    secret: str | None = strawberry.field(
        default=None,
        description="Signs each delivery; shown this once. As Standard Webhooks write it: whsec_…",
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="A webhook to delete.")
class DeleteWebhookInput:
    webhook_id: strawberry.ID = strawberry.field(description="A webhook's id.")


@strawberry.type(description="The webhook that is gone, with its deliveries.")
class DeleteWebhookPayload:
    deleted_webhook_id: strawberry.ID | None = strawberry.field(
        default=None, description="Its id; null where nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="A webhook that is to have another secret.")
class RotateWebhookSecretInput:
    webhook_id: strawberry.ID = strawberry.field(description="A webhook's id.")


@strawberry.type(description="The webhook, and its new secret.")
class RotateWebhookSecretPayload:
    webhook: Webhook | None = strawberry.field(default=None, description="Null where nothing was done.")
    secret: str | None = strawberry.field(
        default=None, description="Shown this once. For a day the former one signs beside it."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="A webhook that is to go on.")
class ResumeWebhookInput:
    webhook_id: strawberry.ID = strawberry.field(description="A webhook's id.")


@strawberry.type(description="The webhook as it is now.")
class ResumeWebhookPayload:
    webhook: Webhook | None = strawberry.field(default=None, description="Null where nothing was done.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="A delivery to make again.")
class RedeliverWebhookInput:
    delivery_id: strawberry.ID = strawberry.field(description="The id of a delivery, made or not.")


@strawberry.type(description="The delivery, which is due at once.")
class RedeliverWebhookPayload:
    delivery: WebhookDelivery | None = strawberry.field(
        default=None, description="Null where nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@extend(Mutation)
class WebhookMutations:
    @mutation(
        "Has a program told of what happens from now on. One made with an access token needs the scope READ too, "
        "and ends with the token."
    )
    async def create_webhook(
        self,
        info: Info,
        input: Annotated[CreateWebhookInput, strawberry.argument(description="Where, and of what.")],
    ) -> CreateWebhookPayload | None:
        row, secret = await webhooks.create(info.context.desk, url=input.url, topics=input.topics)
        return CreateWebhookPayload(webhook=Webhook.of(row), secret=secret)

    @mutation("Ends one of the viewer's webhooks; what it was still to be told is not.")
    async def delete_webhook(
        self, info: Info, input: Annotated[DeleteWebhookInput, strawberry.argument(description="Which one.")]
    ) -> DeleteWebhookPayload | None:
        key = key_of("Webhook", input.webhook_id)
        key = await info.context.do(webhooks.delete, webhook_id=key)
        return DeleteWebhookPayload(deleted_webhook_id=id_of("Webhook", key))

    @mutation("Gives one of the viewer's webhooks another secret.")
    async def rotate_webhook_secret(
        self,
        info: Info,
        input: Annotated[RotateWebhookSecretInput, strawberry.argument(description="Which one.")],
    ) -> RotateWebhookSecretPayload | None:
        key = key_of("Webhook", input.webhook_id)
        row, secret = await webhooks.rotate(info.context.desk, webhook_id=key)
        return RotateWebhookSecretPayload(webhook=Webhook.of(row), secret=secret)

    @mutation("Has a paused webhook told again, of what happens from now on.")
    async def resume_webhook(
        self, info: Info, input: Annotated[ResumeWebhookInput, strawberry.argument(description="Which one.")]
    ) -> ResumeWebhookPayload | None:
        key = key_of("Webhook", input.webhook_id)
        return ResumeWebhookPayload(
            webhook=Webhook.of(await info.context.do(webhooks.resume, webhook_id=key))
        )

    @mutation(
        "Makes a delivery again, at once and with its Webhook-Id, whether or not it went; also while paused."
    )
    async def redeliver_webhook(
        self,
        info: Info,
        input: Annotated[RedeliverWebhookInput, strawberry.argument(description="Which one.")],
    ) -> RedeliverWebhookPayload | None:
        key = key_of("WebhookDelivery", input.delivery_id)
        row = await info.context.do(webhooks.redeliver, delivery_id=key)
        return RedeliverWebhookPayload(delivery=shown(row))
