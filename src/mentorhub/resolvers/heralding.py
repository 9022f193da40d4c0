"""Notifies everybody of announcements: some users at a time, each time in a transaction of its own.

How far it has come stands with the announcement, and moves in the same transaction as the notifications: whoever dies
at it has done nothing of the present step, and the next goes on from there.
"""

from typing import Final

from mentorhub.db import announcements, locks, notifications
from mentorhub.db.announcements import UnheardRow
from mentorhub.resolvers.desk import Desk, Doors, Work
from mentorhub.resolvers.telling import person, write
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.keys import Key
from mentorhub.rules.stories import Story
from mentorhub.rules.telling import tell

JOB: Final = "notify everybody"
_SOME: Final = 500
_LOCK: Final = Key("announcements")


async def notify_some(doors: Doors) -> int:
    """Notifies the next users of the oldest announcement that awaits it; 0 when none does."""
    return await Desk(doors, None, doors.clock.now()).do(_notify_some)


async def _notify_some(work: Work) -> int:
    await locks.hold(work.transaction, _LOCK)
    posted = await announcements.unheard(work.transaction)
    if posted is None:
        return 0
    if posted.ended_at is not None:
        # Nobody wants to hear what is over.
        await _note(work, posted, through=posted.notified_through, is_done=True)
        return 1
    readers = await notifications.some_of_everybody(
        work.transaction, joined=posted.posted_at, after=posted.notified_through, limit=_SOME
    )
    story = Story(
        ActivityKind.ANNOUNCEMENT_POSTED,
        None,
        {},
        title=posted.title,
        text=posted.body,
        everybody=tuple(map(person, readers)),
    )
    await _note(
        work,
        posted,
        through=readers[-1].id if readers else posted.notified_through,
        is_done=len(readers) < _SOME,
    )
    await write(work, [(posted.fact_id, None, told) for told in tell(story)])
    return max(1, len(readers))


async def _note(work: Work, posted: UnheardRow, *, through: Key | None, is_done: bool) -> None:
    await announcements.note_progress(
        work.transaction, posted.id, through=through, finished=work.now if is_done else None
    )
