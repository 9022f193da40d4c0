"""Reminders of sessions, judged when they are sent: one that was cancelled or moved meanwhile has none."""

from typing import Final

from mentorhub.db import reminders
from mentorhub.resolvers.desk import Desk, Doors, Work
from mentorhub.rules.facts import Fact, QuietKind
from mentorhub.rules.instants import written
from mentorhub.rules.reminders import HOURS, is_sent, window

JOB: Final = "remind of sessions"
_SOME: Final = 100


async def remind(doors: Doors) -> int:
    """Tells of sessions whose reminder is due, some at a time; how many were looked at."""
    done = 0
    for hours in HOURS:
        done += await Desk(doors, None, doors.clock.now()).do(_remind, hours=hours)
    return done


async def _remind(work: Work, *, hours: int) -> int:
    since, until = window(hours, now=work.now)
    due = await reminders.due(work.transaction, hours=hours, since=since, until=until, limit=_SOME)
    if due:
        await reminders.add(work.transaction, due, hours=hours)
    for row in due:
        if not is_sent(hours, starts_at=row.starts_at, agreed_at=row.agreed_at):
            continue
        kinds = [QuietKind.SESSION_REMINDER]
        if hours == HOURS[0] and row.meeting_url is None:
            kinds.append(QuietKind.MEETING_URL_MISSING)
        work.tell(
            *(
                Fact(
                    kind,
                    ("Booking", row.id),
                    booking_id=row.id,
                    mentor_id=row.mentor_id,
                    user_id=row.mentee_id,
                    data={"hours": hours, "starts_at": written(row.starts_at)},
                )
                for kind in kinds
            )
        )
    return len(due)
