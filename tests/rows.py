"""Rows put straight into tables, for what no use case makes: a raw INSERT past every rule but the database's own."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from mentorhub.db.database import Database, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.statements import change
from mentorhub.db.tables.accounts import sessions as sessions_table
from mentorhub.db.tables.accounts import users as users_table
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.mentors import mentor_expertise
from mentorhub.db.tables.mentors import mentors as mentors_table
from mentorhub.db.types import KeyColumn
from mentorhub.rules.instants import NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.listing import terms
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.rules.slots import SessionRules
from mentorhub.rules.vocabulary import BookingStatus, MentorStatus, Role, SlotStatus, UserStatus
from tests.api import MONDAY

_number = count(1)
_KNOW = change(
    update(mentors_table)
    .where(mentors_table.c.id == bindparam("key", type_=KeyColumn()))
    .values(expertise_ids=bindparam("keys"))
)


def unique(word: str) -> str:
    return f"{word}-{next(_number)}"


async def add(database: Database, table: Table, *rows: Mapping[str, Any]) -> list[Key]:
    """Inserts *rows*, all with the same columns, each with a new key unless it has one; their keys."""
    defaults: dict[str, Any] = {
        column.name: column.default.arg
        for column in table.c
        if isinstance(column.default, ScalarElementColumnDefault)
    }
    keyed = [{"id": new_key(), **defaults, **row} for row in rows]
    if not keyed:
        return []
    statement = change(insert(table), parameters=list(keyed[0]))

    async def insert_all(transaction: Transaction) -> None:
        await transaction.many(statement, keyed)

    await database.write(insert_all)
    return [row["id"] for row in keyed]


async def add_plain(database: Database, table: Table, plain: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows of a table whose key is not one of ours."""
    if plain:
        statement = change(insert(table), parameters=list(plain[0]))
        await database.write(lambda transaction: transaction.many(statement, plain))


async def signed_in(database: Database, *, role: Role, now: datetime) -> str:
    """The session token of somebody new with *role*."""
    member = {"role": role, "status": UserStatus.ACTIVE, "email_verified_at": now, "joined_at": now}
    [key] = await add(
        database, users_table, {"name": "Ada Root", "email": f"{unique('ada')}@example.com", **member}
    )
    token = new_secret()
    ends = {"created_at": now, "last_used_at": now, "expires_at": now + timedelta(days=1)}
    await add(database, sessions_table, {"user_id": key, "token_hash": hashed(token), **ends})
    return token


async def user(database: Database, *, name: str = "Noor Adeyemi") -> Key:
    [key] = await users(database, 1, name=name)
    return key


async def users(database: Database, number: int, *, name: str = "Noor Adeyemi") -> list[Key]:
    return await add(
        database,
        users_table,
        *(
            {
                "name": name,
                "email": f"row{next(_number)}@example.com",
                "email_verified_at": MONDAY,
                "role": Role.MEMBER,
                "status": UserStatus.ACTIVE,
                "joined_at": MONDAY,
            }
            for _ in range(number)
        ),
    )


async def mentor(database: Database, **values: Any) -> Key:
    """An approved, public mentor without availability; *values* are columns."""
    user_id = await user(database, name=values.get("name", "Noor Adeyemi"))
    [key] = await mentors(database, [{"user_id": user_id, **values}])
    return key


async def mentors(database: Database, many: Sequence[Mapping[str, Any]]) -> list[Key]:
    """Approved, public mentors, each with these columns, their `user_id` among them."""
    name = "Noor Adeyemi"
    ordinary = {
        "status": MentorStatus.APPROVED,
        "is_public": True,
        "name": name,
        "sort_name": name.casefold(),
        "bio": "b" * 50,
        "years_of_experience": 5,
        "timezone": "UTC",
        "applied_at": MONDAY,
        "approved_at": MONDAY,
        "next_slot_at": NEVER,
    }
    return await add(database, mentors_table, *({**ordinary, **values} for values in many))


async def knowing(database: Database, known: Mapping[Key, Collection[Key]]) -> None:
    """Has each of *known*, mentors, know the expertise with these keys."""
    pairs = [{"mentor_id": key, "expertise_id": each} for key, own in known.items() for each in own]
    await add_plain(database, mentor_expertise, pairs)
    kept = [{"key": key, "keys": " ".join(sorted(own))} for key, own in known.items()]
    await database.write(lambda transaction: transaction.many(_KNOW, kept))


async def slot(
    database: Database,
    mentor_id: Key,
    starts_at: datetime,
    ends_at: datetime,
    *,
    status: SlotStatus = SlotStatus.OPEN,
    offered_from: datetime = MONDAY,
    offered_until: datetime | None = None,
) -> Key:
    [key] = await add(
        database,
        slots,
        {
            "mentor_id": mentor_id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "status": status,
            "offered_from": offered_from,
            "offered_until": offered_until or starts_at,
            "terms": terms(SessionRules(minimum_notice_hours=0)),
        },
    )
    return key


async def booking(
    database: Database,
    mentor_id: Key,
    starts_at: datetime,
    ends_at: datetime,
    *,
    status: BookingStatus = BookingStatus.CONFIRMED,
    slot_id: Key | None = None,
    mentee_id: Key | None = None,
    respond_by: datetime | None = None,
) -> Key:
    [key] = await add(
        database,
        bookings,
        {
            "mentor_id": mentor_id,
            "mentee_id": mentee_id or await user(database),
            "slot_id": slot_id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "status": status,
            "topic": "How to begin",
            "requested_at": MONDAY,
            "updated_at": MONDAY,
            "respond_by": respond_by,
        },
    )
    return key
