"""Rows put straight into tables, for what no use case makes: a raw INSERT past every rule but the database's own."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from mentorhub.db.database import Database, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.statements import change
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.instants import NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.listing import terms
from mentorhub.rules.slots import SessionRules
from mentorhub.rules.vocabulary import BookingStatus, MentorStatus, Role, SlotStatus, UserStatus
from tests.api import MONDAY

_number = count(1)


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


async def user(database: Database, *, name: str = "Noor Adeyemi") -> Key:
    [key] = await add(
        database,
        users,
        {
            "name": name,
            "email": f"row{next(_number)}@example.com",
            "email_verified_at": MONDAY,
            "role": Role.MEMBER,
            "status": UserStatus.ACTIVE,
            "joined_at": MONDAY,
        },
    )
    return key


async def mentor(database: Database, **values: Any) -> Key:
    """An approved, public mentor without availability; *values* are columns."""
    name = values.pop("name", "Noor Adeyemi")
    [key] = await add(
        database,
        mentors,
        {
            "user_id": await user(database, name=name),
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
        | values,
    )
    return key


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
