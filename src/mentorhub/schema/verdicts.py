"""Whether a time can be booked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from mentorhub.db.mentors import MentorRow
from mentorhub.execution import batch, extend, rows
from mentorhub.resolvers import verdicts
from mentorhub.resolvers.verdicts import VerdictRow
from mentorhub.rules.offering import TimeReason
from mentorhub.schema.context import Info
from mentorhub.schema.mentors import Mentor
from mentorhub.schema.slots import Slot
from mentorhub.schema.words import declare

declare(
    TimeReason,
    "Why a time cannot be booked.",
    OUTSIDE_AVAILABILITY="The mentor's availability does not hold it.",
    NOT_A_SLOT_START="The availability holds it, but no slot starts then.",
    TIME_OFF="The mentor is on time off.",
    HELD="A pending request holds it.",
    BOOKED="A confirmed session takes it.",
    BUFFER="It is too near to another session or request of the mentor.",
    MINIMUM_NOTICE="The mentor wants longer notice.",
    BEYOND_HORIZON="It is farther ahead than slots are offered.",
    PAST="It has passed.",
    MENTOR_NOT_ACCEPTING="The mentor takes no requests at present.",
    MENTOR_NOT_APPROVED="The mentor is not approved, or not any more.",
    VIEWER_BUSY="The viewer has another booking at this time.",
    OWN_SLOT="Mentors cannot book themselves.",
    REQUEST_LIMIT="The viewer has as many pending requests as the rules allow.",
)


@strawberry.type(description="Whether a time can be booked.")
@rows(VerdictRow)
class TimeVerdict:
    is_bookable: bool = strawberry.field(description="Whether the viewer could request it now.")
    reasons: list[TimeReason] = strawberry.field(
        description="Every reason why not; empty where it can be booked."
    )
    slot: Slot | None = strawberry.field(description="The slot that starts then, bookable or not.")
    alternatives: list[Slot] = strawberry.field(
        description="Up to three open slots of the mentor that start at other times, those nearest."
    )


async def _verdicts(
    parents: Sequence[MentorRow],
    info: Info,
    *,
    starts_at: Annotated[datetime, strawberry.argument(description="When the session should start.")],
) -> list[VerdictRow]:
    return await verdicts.verdicts(info.context.desk, parents, starts_at=starts_at)


@extend(Mentor)
class MentorVerdicts:
    availability_at: TimeVerdict = batch(
        _verdicts, description="Whether a time can be booked and, if not, every reason why."
    )
