"""Webhooks: where a program of somebody's wants to be told of what happens."""

from collections.abc import Mapping, Sequence

from mentorhub.db import facts, locks, webhook_deliveries, webhooks
from mentorhub.db.database import Violated
from mentorhub.db.webhook_deliveries import DeliveryRow
from mentorhub.db.webhooks import WebhookRow
from mentorhub.receivers import Unreachable
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.resolvers.paging import Page, Paging, pages
from mentorhub.resolvers.sessions import tell_security
from mentorhub.resolvers.webhook_sending import JOB
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import CursorInvalid, Invalid, NotFound
from mentorhub.rules.vocabulary import SecurityChange, WebhookTopic
from mentorhub.rules.webhooks import MOST, checked, secret_of


async def create(desk: Desk, *, url: str, topics: Sequence[WebhookTopic]) -> tuple[WebhookRow, str]:
    """A new webhook of the viewer, and the secret that signs what is delivered, which is told this once.

    It hears what its maker may: one made with an access token needs that for reading, and ends with it.
    """
    access.may_operate(access.signed_in(desk), "subscription")
    receivers = desk.doors.receivers
    url, topics = checked(url, topics, in_sandbox=receivers.in_sandbox)
    try:
        await receivers.check(url)
    except Unreachable as error:
        raise Invalid("Webhooks are only sent to hosts with a public address.", field="url") from error
    try:
        row = await desk.do(_add, url=url, topics=topics)
    except Violated as violated:
        raise Invalid("The access token has ended meanwhile.") from violated
    return row, secret_of(row.id, row.secret_version, secret=desk.doors.secret)


async def _add(work: Work, *, url: str, topics: Sequence[WebhookTopic]) -> WebhookRow:
    viewer = access.signed_in(work)
    await locks.hold(work.transaction, viewer.user_id)
    if await webhooks.count_of(work.reader, viewer.user_id) >= MOST:
        raise Invalid(f"You have {MOST} webhooks; please delete one first.")
    row = await webhooks.add(
        work.transaction,
        user_id=viewer.user_id,
        token_id=viewer.token_id,
        url=url,
        topics=topics,
        at=work.now,
        since=await facts.end(work.reader),
    )
    tell_security(work, viewer.user_id, SecurityChange.WEBHOOK_ADDED)
    return row


async def delete(work: Work, *, webhook_id: Key) -> Key:
    """Ends one of the viewer's webhooks, with all that was to be delivered to it."""
    own = access.signed_in(work).user_id
    if not await webhooks.remove(work.transaction, webhook_id, user_id=own):
        raise NotFound(field="webhook_id")
    return webhook_id


async def rotate(desk: Desk, *, webhook_id: Key) -> tuple[WebhookRow, str]:
    """The webhook with another secret, which is told this once; the former one signs for a day beside it."""
    row = await desk.do(_rotate, webhook_id=webhook_id)
    return row, secret_of(row.id, row.secret_version, secret=desk.doors.secret)


async def _rotate(work: Work, *, webhook_id: Key) -> WebhookRow:
    own = access.signed_in(work).user_id
    await webhooks.rotate(work.transaction, webhook_id, user_id=own, now=work.now)
    return await _own(work, webhook_id)


async def resume(work: Work, *, webhook_id: Key) -> WebhookRow:
    """The webhook, which hears of what happens from now on whether or not it was paused."""
    own = access.signed_in(work).user_id
    await webhooks.resume(work.transaction, webhook_id, user_id=own)
    return await _own(work, webhook_id)


async def redeliver(work: Work, *, delivery_id: Key) -> DeliveryRow:
    """Has a delivery made at once, and tried as often as a new one; of a paused webhook too."""
    own = access.signed_in(work).user_id
    if await webhook_deliveries.own(work.transaction, delivery_id, user_id=own) is None:
        raise NotFound(field="delivery_id")
    await webhook_deliveries.again(work.transaction, delivery_id, now=work.now)
    work.ring(JOB)
    row = await webhook_deliveries.own(work.transaction, delivery_id, user_id=own)
    assert row is not None, "it was there a moment ago, in this transaction"
    return row


async def of_viewer(desk: Desk) -> list[WebhookRow]:
    """The viewer's webhooks, oldest first."""
    return await webhooks.of_user(desk.reader, access.signed_in(desk).user_id, now=desk.now)


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, WebhookRow]:
    """Those of *keys* that are the viewer's."""
    if desk.viewer is None:
        return {}
    return await webhooks.own_by_keys(desk.reader, keys, user_id=desk.viewer.user_id, now=desk.now)


async def deliveries_of(
    desk: Desk, rows: Sequence[WebhookRow], paging: Paging
) -> dict[Key, Page[DeliveryRow] | CursorInvalid]:
    """What was delivered to each of *rows* or is to be, newest first, by the webhooks' keys."""
    uncounted = {row.id: None for row in rows}
    return await pages(desk, webhook_deliveries.OF_WEBHOOKS, paging, uncounted, name="deliveries")


async def _own(work: Work, webhook_id: Key) -> WebhookRow:
    own = access.signed_in(work).user_id
    found = await webhooks.own_by_keys(work.transaction, [webhook_id], user_id=own, now=work.now)
    if webhook_id not in found:
        raise NotFound(field="webhook_id")
    return found[webhook_id]
