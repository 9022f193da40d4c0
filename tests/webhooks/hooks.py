"""What is asked of webhooks, in words of GraphQL."""

from typing import Any, Final

from mentorhub.resolvers.desk import Viewer
from tests.api import Api

SHOWN: Final = """
fragment Shown on Webhook {
  id url topics isActive
  deliveries {
    nodes { id topic attempts statusCode error createdAt deliveredAt nextAttemptAt }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}
"""
ERRORS: Final = "userErrors { code field message }"
CREATE: Final = f"""mutation ($url: URL!, $topics: [WebhookTopic!]!) {{
  createWebhook(input: {{url: $url, topics: $topics}}) {{ webhook {{ ...Shown }} secret {ERRORS} }}
}} {SHOWN}"""
DELETE: Final = f"""mutation ($id: ID!) {{
  deleteWebhook(input: {{webhookId: $id}}) {{ deletedWebhookId {ERRORS} }}
}}"""
ROTATE: Final = f"""mutation ($id: ID!) {{
  rotateWebhookSecret(input: {{webhookId: $id}}) {{ webhook {{ ...Shown }} secret {ERRORS} }}
}} {SHOWN}"""
RESUME: Final = f"""mutation ($id: ID!) {{
  resumeWebhook(input: {{webhookId: $id}}) {{ webhook {{ ...Shown }} {ERRORS} }}
}} {SHOWN}"""
REDELIVER: Final = f"""mutation ($id: ID!) {{
  redeliverWebhook(input: {{deliveryId: $id}}) {{ delivery {{ id attempts nextAttemptAt }} {ERRORS} }}
}}"""
MINE: Final = f"{{ viewer {{ webhooks {{ ...Shown }} }} }} {SHOWN}"
EVERY_TOPIC: Final = ["BOOKING_STATUS_CHANGED", "FEEDBACK_SUBMITTED", "MENTOR_APPLIED", "MENTOR_DECIDED"]


async def hook(api: Api, viewer: Viewer, url: str, *topics: str) -> dict[str, Any]:
    """The payload of a new webhook, of every topic unless some are named."""
    return dict(await api.do(CREATE, viewer, url=url, topics=list(topics or EVERY_TOPIC)))


async def mine(api: Api, viewer: Viewer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.ask(MINE, viewer))["viewer"]["webhooks"]
    return found


async def deliveries(api: Api, viewer: Viewer) -> list[dict[str, Any]]:
    """Those of a viewer's only webhook."""
    [webhook] = await mine(api, viewer)
    nodes: list[dict[str, Any]] = webhook["deliveries"]["nodes"]
    return nodes
