"""What tests begin with: people, profiles and times, made through the same tables as in the service."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from sqlalchemy import insert

from mentorhub.db.keys import new_key
from mentorhub.db.statements import change
from mentorhub.db.tables.accounts import users
from mentorhub.resolvers import availability, moderation, profiles
from mentorhub.resolvers import expertise as knowledge
from mentorhub.resolvers.desk import Desk, Viewer
from mentorhub.rules import zones
from mentorhub.rules.blocks import WeeklyBlock
from mentorhub.rules.keys import Key
from mentorhub.rules.mentors import Profile, Terms
from mentorhub.rules.vocabulary import Role, UserStatus, Weekday
from tests.api import Api

_number = count(1)

_ADD_USER = change(
    insert(users),
    parameters=[
        "id",
        "name",
        "email",
        "email_verified_at",
        "role",
        "status",
        "timezone",
        "region",
        "joined_at",
    ],
)


async def user(
    api: Api,
    *,
    name: str = "Noor Adeyemi",
    role: Role = Role.MEMBER,
    verified: bool = True,
    timezone: str | None = "Europe/Paris",
    region: str | None = "FR",
) -> Viewer:
    """Somebody with an account, as a viewer who is signed in."""
    key, now = new_key(), api.clock.now()
    await api.house.doors.database.write(
        lambda transaction: transaction.run(
            _ADD_USER,
            id=key,
            name=name,
            email=f"somebody{next(_number)}@example.com",
            email_verified_at=now if verified else None,
            role=role,
            status=UserStatus.ACTIVE,
            timezone=timezone,
            region=region,
            joined_at=now,
        )
    )
    return Viewer(user_id=key, role=role, is_verified=verified, session_id=new_key())


async def admin(api: Api) -> Viewer:
    return await user(api, name="Ada Root", role=Role.ADMIN)


async def expertise(api: Api, name: str = "Python") -> Key:
    """An expertise that mentors may choose; the same for the same name."""
    for row in await knowledge.all_of_it(_desk(api, None)):
        if row.name == name:
            return row.id
    return (await _desk(api, await admin(api)).do(knowledge.create, name=name)).id


async def applicant(
    api: Api,
    *,
    name: str = "Noor Adeyemi",
    timezone: str = "UTC",
    expertise_ids: Sequence[Key] = (),
    **said: Any,
) -> Viewer:
    """Somebody whose application awaits a decision; *said* is more of the profile."""
    viewer = await user(api, name=name)
    profile = Profile(
        bio="Has built and run things that others rely on, and likes to talk about how.",
        expertise_ids=expertise_ids or [await _some_expertise(api)],
        timezone=timezone,
        years_of_experience=7,
    )
    profile |= said  # type: ignore[typeddict-item]  # more of the same
    row = await _desk(api, viewer).do(profiles.apply, given=profile, agrees_to_guidelines=True)
    return replace(viewer, mentor_id=row.id)


async def mentor(
    api: Api,
    *,
    weekly: Sequence[tuple[Weekday, int, int]] = (),
    terms: Terms | None = None,
    **said: Any,
) -> Viewer:
    """An approved mentor who offers *weekly* blocks, (weekday, first and last minute), on such *terms*."""
    viewer = await applicant(api, **said)
    assert viewer.mentor_id is not None
    await _desk(api, await admin(api)).do(moderation.approve, mentor_id=viewer.mentor_id)
    desk = _desk(api, viewer)
    if terms:
        await desk.do(profiles.set_terms, given=terms)
    if weekly:
        today = zones.today(zones.zone(said.get("timezone", "UTC")), now=api.clock.now())
        blocks = [WeeklyBlock(day.number, start, end, today) for day, start, end in weekly]
        await desk.do(availability.replace_week, blocks=blocks)
    return viewer


async def _some_expertise(api: Api) -> Key:
    every = await knowledge.all_of_it(_desk(api, None))
    return every[0].id if every else await expertise(api)


def _desk(api: Api, viewer: Viewer | None) -> Desk:
    return api.context(viewer).desk
