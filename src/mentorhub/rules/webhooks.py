"""Webhooks: what they tell of and to whom, how a delivery is signed, and how long a receiver is tried."""

import hmac
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from mentorhub.rules.backing_off import Pauses
from mentorhub.rules.facts import BOOKING_STATUS_KINDS, ActivityKind
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Required
from mentorhub.rules.urls import receiver_url
from mentorhub.rules.vocabulary import WebhookTopic

MOST: Final = 10
"""Webhooks of one user."""
KEPT: Final = timedelta(days=30)
"""How long deliveries can be looked at."""
ROTATES_FOR: Final = timedelta(days=1)
"""How long the former secret goes on signing beside a new one."""
PAUSED_AFTER: Final = timedelta(days=5)
"""For so long nothing could be delivered."""
PAUSES: Final = Pauses(
    (
        timedelta(seconds=15),
        timedelta(minutes=2),
        timedelta(minutes=15),
        timedelta(hours=1),
        timedelta(hours=3),
        timedelta(hours=8),
        timedelta(hours=12),
    ),
    spread=0.2,
)
"""Between the eight tries of a delivery."""
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 # nosec B105 -- tells what it is

TOPICS: Final[Mapping[str, WebhookTopic]] = {
    **{kind.value: WebhookTopic.BOOKING_STATUS_CHANGED for kind in BOOKING_STATUS_KINDS},
    ActivityKind.FEEDBACK_SUBMITTED.value: WebhookTopic.FEEDBACK_SUBMITTED,
    ActivityKind.MENTOR_APPLIED.value: WebhookTopic.MENTOR_APPLIED,
    ActivityKind.MENTOR_APPROVED.value: WebhookTopic.MENTOR_DECIDED,
    ActivityKind.MENTOR_REJECTED.value: WebhookTopic.MENTOR_DECIDED,
    ActivityKind.MENTOR_DEACTIVATED.value: WebhookTopic.MENTOR_DECIDED,
    ActivityKind.MENTOR_REACTIVATED.value: WebhookTopic.MENTOR_DECIDED,
}
"""The topic of each kind of fact that webhooks tell of."""


def hears(user_id: Key, *, is_admin: bool, concerned: Collection[Key]) -> bool:
    """Whether somebody's webhook hears of what concerns the users *concerned*: they themselves, and administrators."""
    return is_admin or user_id in concerned


def checked(url: str, topics: Sequence[WebhookTopic], *, in_sandbox: bool) -> tuple[str, list[WebhookTopic]]:
    """Where to deliver, and of what: each topic once. Raises Refusals."""
    faults = Faults()
    url = faults.check(receiver_url, url, field="url", in_sandbox=in_sandbox)
    if not topics:
        faults.add(Required("Choose at least one topic.", field="topics"))
    faults.tell()
    return url, list(dict.fromkeys(topics))


# ── Signing: Standard Webhooks ────────────────────────────────────────────────────────────────────


def versions(current: int, *, rotated_at: datetime | None, now: datetime) -> list[int]:
    """The versions of the secret that sign at *now*, the newest first."""
    is_rotating = rotated_at is not None and now < rotated_at + ROTATES_FOR
    return [current, current - 1] if is_rotating else [current]


def secret_of(webhook_id: Key, version: int, *, secret: bytes) -> str:
    """A webhook's secret, as its receiver has it: made of the service's own, and stored nowhere."""
    return SECRET_PREFIX + b64encode(_key(webhook_id, version, secret)).decode()


def signature(
    webhook_id: Key, signing: Sequence[int], *, secret: bytes, message_id: str, timestamp: int, body: bytes
) -> str:
    """The value of `Webhook-Signature`: a signature by each version in *signing*."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(
        f"v1,{b64encode(hmac.digest(_key(webhook_id, version, secret), content, sha256)).decode()}"
        for version in signing
    )


def _key(webhook_id: Key, version: int, secret: bytes) -> bytes:
    return hmac.digest(secret, f"webhook\0{webhook_id}\0{version}".encode(), sha256)
