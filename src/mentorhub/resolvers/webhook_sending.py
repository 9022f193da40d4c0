"""Deliveries: made side by side, each tried until it goes or is given up, and whoever is slow holds up only itself."""

import asyncio
import logging
import random
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Final, NamedTuple

from mentorhub.db import facts, webhook_deliveries, webhook_turns, webhooks
from mentorhub.db.clock import Clock
from mentorhub.db.facts import FactRow
from mentorhub.db.webhook_deliveries import DeliveryRow
from mentorhub.db.webhook_turns import Turn
from mentorhub.db.webhooks import OwnedRow
from mentorhub.receivers import Unreachable
from mentorhub.resolvers.desk import Desk, Doors, Work
from mentorhub.resolvers.sessions import tell_security
from mentorhub.resolvers.webhook_judging import concerned_by, may_hear, viewer_of
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import SecurityChange
from mentorhub.rules.webhooks import PAUSED_AFTER, PAUSES, signature, versions

JOB: Final = "webhooks"
_AT_ONCE: Final = 32
_EACH: Final = 4
"""Of one webhook at once."""
_LOOK_AGAIN: Final = 0.25
"""Seconds until what has become due meanwhile joins what is under way."""
_CLAIMED_FOR: Final = timedelta(seconds=60)
"""Much longer than one takes at worst."""
_TRUE: Final = Clock()
"""Receivers compare a delivery's time with their own clocks, which no sandbox moves."""
_log: Final = logging.getLogger("mentorhub.webhooks")


async def send_due(doors: Doors) -> int:
    """Makes the deliveries that are due, until none is; how many were tried."""
    tried = 0
    under_way: dict[asyncio.Task[None], Key] = {}
    turn = Turn([], webhook_turns.FIRST)
    async with asyncio.TaskGroup() as group:
        while True:
            room = _AT_ONCE - len(under_way)
            busy = set(under_way.values())
            turn = await _claimed(doors, after=turn.after, busy=busy, limit=room)
            for row in turn.claimed:
                task = group.create_task(_attempt(doors, row))
                under_way[task] = row.webhook_id
                task.add_done_callback(under_way.pop)
                tried += 1
            if not under_way:
                return tried
            await asyncio.wait(under_way, timeout=_LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)


async def _claimed(doors: Doors, *, after: Key, busy: Collection[Key], limit: int) -> Turn:
    now = doors.clock.now()
    if not limit or not await webhook_turns.any_due(doors.database.reader, now=now):
        return Turn([], after)
    return await doors.database.write(
        partial(
            webhook_turns.claim,
            now=now,
            until=now + _CLAIMED_FOR,
            after=after,
            busy=busy,
            each=_EACH,
            limit=limit,
        )
    )


class _Message(NamedTuple):
    webhook: OwnedRow
    fact: FactRow
    body: bytes


class _Outcome(NamedTuple):
    status: int | None
    error: str | None
    """None where it was delivered."""


async def _attempt(doors: Doors, row: DeliveryRow) -> None:
    """Tries *row* once. Whatever becomes of it is written down; if we die, its claim ends and it is tried again."""
    desk = Desk(doors, None, doors.clock.now())
    try:
        message = await _message(desk, row)
        if message is None:
            await doors.database.write(partial(webhook_deliveries.drop, row=row))
            return
        outcome = await _outcome(doors, message)
        await desk.anew().do(_written_down, row, outcome, owner=message.webhook.user_id)
    except Exception:  # noqa: BLE001 -- logged whole; one delivery must not keep back the others
        _log.exception("delivery %s could not be made", row.id)
        await desk.anew().do(_put_off, row, _Outcome(None, "Something went wrong on our side."))


async def _message(desk: Desk, row: DeliveryRow) -> _Message | None:
    """What *row* is to say, and to whom; None where there is nothing to tell any more, or nobody."""
    webhook = await webhooks.holding(desk.reader, row.webhook_id, now=desk.now)
    fact = await facts.by_position(desk.reader, row.position)
    if webhook is None or fact is None or fact.id != row.fact_id:
        return None
    if not may_hear(webhook, fact, (await concerned_by(desk.reader, [fact]))[fact.id]):
        return None
    body = await desk.doors.bodies.body(Desk(desk.doors, viewer_of(webhook), desk.now), row.topic, fact)
    return _Message(webhook, fact, body) if body is not None else None


async def _outcome(doors: Doors, message: _Message) -> _Outcome:
    webhook = message.webhook
    timestamp = int(_TRUE.now().timestamp())
    signing = versions(webhook.secret_version, rotated_at=webhook.rotated_at, now=doors.clock.now())
    headers = {
        "Webhook-Id": message.fact.id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": signature(
            webhook.id,
            signing,
            secret=doors.secret,
            message_id=message.fact.id,
            timestamp=timestamp,
            body=message.body,
        ),
    }
    try:
        status = await doors.receivers.post(webhook.url, headers, message.body)
    except Unreachable as why:
        return _Outcome(None, str(why))
    return _Outcome(status, _fault(status))


def _fault(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return "It redirects, which is not followed." if 300 <= status < 400 else f"It answered {status}."


async def _written_down(work: Work, row: DeliveryRow, outcome: _Outcome, *, owner: Key) -> None:
    """What became of a try. A webhook to which nothing went for days is paused."""
    if outcome.error is None:
        await webhook_deliveries.delivered(work.transaction, row, status=outcome.status, now=work.now)
        await webhooks.works(work.transaction, row.webhook_id)
        return
    await _put_off(work, row, outcome)
    await webhooks.fails(work.transaction, row.webhook_id, now=work.now)
    since = work.now - PAUSED_AFTER
    if await webhooks.pause(work.transaction, row.webhook_id, failing_since=since, now=work.now):
        await webhook_deliveries.give_up(work.transaction, row.webhook_id)
        tell_security(work, owner, SecurityChange.WEBHOOK_PAUSED)


async def _put_off(work: Work, row: DeliveryRow, outcome: _Outcome) -> None:
    """Has *row* tried again later, or given up."""
    pause = PAUSES.after(row.tries, chance=random.random())  # noqa: S311 -- no secret  # nosec B311
    due = work.now + pause if pause else None
    await webhook_deliveries.failed(
        work.transaction, row, status=outcome.status, error=outcome.error or "", due=due
    )
