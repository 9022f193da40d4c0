"""Which webhooks hear of a fact: written down with the reading of the log."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from mentorhub.db import log_readers, webhook_deliveries, webhooks
from mentorhub.db.facts import FactRow
from mentorhub.db.webhooks import OwnedRow
from mentorhub.resolvers import webhook_sending
from mentorhub.resolvers.desk import Doors, Work
from mentorhub.resolvers.log_reading import read_on
from mentorhub.resolvers.webhook_judging import concerned_by, may_hear
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import Role
from mentorhub.rules.webhooks import TOPICS

JOB: Final = "hear for webhooks"


async def hear_some(doors: Doors) -> int:
    """Writes down what is to be delivered of the next facts; how many were read. All of it, or nothing."""
    return await read_on(doors, log_readers.WEBHOOKS, _hear)


async def _hear(work: Work, found: Sequence[FactRow]) -> None:
    told = [row for row in found if row.kind in TOPICS]
    if not told:
        return
    concerned = await concerned_by(work.transaction, told)
    users = list({user for each in concerned.values() for user in each})
    hearing = await webhooks.hearing(work.transaction, users, now=work.now)
    own: defaultdict[Key, list[OwnedRow]] = defaultdict(list)
    for each in hearing:
        own[each.user_id].append(each)
    administrators = {each.user_id for each in hearing if each.role is not Role.MEMBER}
    rows = [
        {"webhook_id": each.id, "fact_id": row.id, "position": row.position, "topic": TOPICS[row.kind]}
        for row in told
        for owner in concerned[row.id] | administrators
        for each in own.get(owner, ())
        if row.place > each.since and may_hear(each, row, concerned[row.id])
    ]
    if rows:
        await webhook_deliveries.add(work.transaction, rows, at=work.now)
        work.ring(webhook_sending.JOB)
