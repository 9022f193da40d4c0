"""Retention: what is of no use any more once it is old goes from the log, in its order, some at a time.

No fact goes before one that is younger and stands before it, so a cursor is good exactly as long as it is young. None
goes that some reader of the log has not come to yet; nor does the last one, so that the log's end is never a place
where it has gaps.
"""

from datetime import timedelta
from itertools import takewhile
from typing import Final

from mentorhub.db import log_readers, retention
from mentorhub.db.log_readers import KEEPER
from mentorhub.resolvers.desk import Desk, Doors, Work

GRACE: Final = timedelta(hours=1)
"""How much longer facts stay than their cursors are good: whoever has just begun to catch up comes to the end of it."""
_SOME: Final = 1000


async def forget_some(doors: Doors) -> int:
    """Forgets some of what is old; how many facts were looked at."""
    return await Desk(doors, None, doors.clock.now()).do(_forget_some)


async def _forget_some(work: Work) -> int:
    since = await log_readers.claim(work.transaction, KEEPER)
    if since is None:
        return 0
    told = await log_readers.slowest(work.transaction, but=KEEPER)
    before = work.now - timedelta(days=work.settings.fact_days) - GRACE
    found = await retention.after(work.transaction, since, limit=_SOME + 1)
    old = list(takewhile(lambda row: row.occurred_at < before and row.place <= told, found[:-1]))
    if old:
        through = old[-1].place
        await retention.forget(work.transaction, after=since, through=through)
        await log_readers.move(work.transaction, KEEPER, through)
    return len(old)
