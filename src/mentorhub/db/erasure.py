"""What goes of somebody whose account is deleted; what others keep of them stays, without a name."""

from typing import Any, Final

from sqlalchemy import Table, bindparam, delete, func, null, or_, select, union, update

from mentorhub.db.database import Transaction
from mentorhub.db.statements import change
from mentorhub.db.tables.accounts import access_tokens, known_devices, mailed_tokens, sessions, users
from mentorhub.db.tables.availability import availability, time_off
from mentorhub.db.tables.bookings import bookings, idempotency_keys
from mentorhub.db.tables.facts import facts
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.tables.notifications import notifications, preferences
from mentorhub.db.tables.webhooks import webhooks
from mentorhub.rules.accounts import DELETED_NAME
from mentorhub.rules.keys import Key
from mentorhub.rules.stories import TELLING_WHERE
from mentorhub.rules.vocabulary import Role, UserStatus

_THEIRS: Final[tuple[Table, ...]] = (
    sessions,
    mailed_tokens,
    webhooks,
    access_tokens,
    known_devices,
    idempotency_keys,
    notifications,
    preferences,
)
"""Tables whose rows go with their `user_id`."""
_MENTORS: Final[tuple[Table, ...]] = (availability, time_off)
"""Tables whose rows go with their `mentor_id`."""


def _of(table: Table, column: str) -> Any:
    return table.c[column] == bindparam(column, type_=table.c[column].type)


_GO = [change(delete(table).where(_of(table, "user_id"))) for table in _THEIRS]
_MENTOR_GOES = [change(delete(table).where(_of(table, "mentor_id"))) for table in _MENTORS]
_USER: Final = bindparam("user_id", type_=users.c.id.type)
_NAME: Final = bindparam("name", type_=users.c.name.type)
_PROFILE: Final = select(mentors.c.id).where(mentors.c.user_id == _USER).scalar_subquery()
_CONCERN_THEM: Final = union(
    select(facts.c.id).where(or_(facts.c.actor_id == _USER, facts.c.subject_id == _USER)),
    select(facts.c.id).where(facts.c.subject_id == _PROFILE),
    select(facts.c.id)
    .join_from(facts, bookings, bookings.c.id == facts.c.booking_id)
    .where(or_(bookings.c.mentee_id == _USER, bookings.c.mentor_id == _PROFILE)),
)
_REDACT: Final = change(
    update(notifications)
    .where(notifications.c.fact_id.in_(_CONCERN_THEM))
    .values(
        title=func.replace(notifications.c.title, _NAME, DELETED_NAME),
        body=func.replace(notifications.c.body, _NAME, DELETED_NAME),
    )
)
_ANONYMISE = change(
    update(users)
    .where(users.c.id == bindparam("user_id", type_=users.c.id.type))
    .values(
        name=DELETED_NAME,
        email=null(),
        password_hash=null(),
        email_verified_at=null(),
        role=Role.MEMBER,
        status=UserStatus.DELETED,
        timezone=null(),
        region=null(),
        photo=null(),
        calendar_secret=null(),
    )
)
_ANONYMISE_MENTOR = change(
    update(mentors)
    .where(mentors.c.id == bindparam("mentor_id", type_=mentors.c.id.type))
    .values(photo=null(), default_meeting_url=null(), accepting_requests=False)
)

_OF_THEIR_SESSIONS: Final = (
    select(facts.c.id)
    .join_from(facts, bookings, bookings.c.id == facts.c.booking_id)
    .where(bookings.c.mentor_id == bindparam("mentor_id", type_=mentors.c.id.type))
)
_UNSAY_WHERE = change(
    update(notifications)
    .where(
        notifications.c.fact_id.in_(_OF_THEIR_SESSIONS),
        notifications.c.kind.in_([kind.value for kind in TELLING_WHERE]),
        notifications.c.body.contains("://"),
    )
    .values(body=notifications.c.title)
)
_ANONYMISE_SESSIONS = change(
    update(bookings)
    .where(bookings.c.mentor_id == bindparam("mentor_id", type_=mentors.c.id.type))
    .values(meeting_url=null(), mentor_notes=null())
)


async def erase_user(transaction: Transaction, user_id: Key, *, name: str) -> None:
    """Leaves of a user a row that says nothing of them, and nothing of what was theirs alone.

    What others were told of them goes on without their *name*.
    """
    await transaction.run(_REDACT, user_id=user_id, name=name)
    await transaction.run(_ANONYMISE, user_id=user_id)
    for go in _GO:
        await transaction.run(go, user_id=user_id)


async def erase_mentor(transaction: Transaction, mentor_id: Key) -> None:
    """Removes what a mentor's profile keeps beside its words: availability, time off, addresses, notes.

    Nor does anybody keep where they met: what they were told of it says no more than its title.
    """
    await transaction.run(_ANONYMISE_MENTOR, mentor_id=mentor_id)
    await transaction.run(_ANONYMISE_SESSIONS, mentor_id=mentor_id)
    await transaction.run(_UNSAY_WHERE, mentor_id=mentor_id)
    for go in _MENTOR_GOES:
        await transaction.run(go, mentor_id=mentor_id)
