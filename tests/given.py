"""What tests begin with: people, profiles and times, made through the same tables as in the service."""

from itertools import count

from sqlalchemy import insert

from mentorhub.db.keys import new_key
from mentorhub.db.statements import change
from mentorhub.db.tables.accounts import users
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.vocabulary import Role, UserStatus
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
