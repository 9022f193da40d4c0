"""Incidents: what went wrong and was reported."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update

from mentorhub.db import locks
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.list_parameters import among
from mentorhub.db.paging import Listing
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.incidents import incident_notes, incidents
from mentorhub.db.types import KeyColumn
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import IncidentKind, IncidentStatus


class IncidentRow(NamedTuple):
    id: Key
    kind: IncidentKind
    status: IncidentStatus
    booking_id: Key | None
    reporter_id: Key | None
    subject_id: Key | None
    details: str
    resolution: str | None
    reported_at: datetime
    resolved_at: datetime | None


class NoteRow(NamedTuple):
    id: Key
    incident_id: Key
    author_id: Key
    body: str
    written_at: datetime


COLUMNS = tuple(incidents.c[name] for name in IncidentRow._fields)

_ORDER = (incidents.c.reported_at, incidents.c.id)
ALL = Listing(select(*COLUMNS), IncidentRow, *_ORDER, descending=True)
OF_STATUSES = Listing(
    select(*COLUMNS).where(among(incidents.c.status, "statuses")), IncidentRow, *_ORDER, descending=True
)

_BY_KEYS = Statement(select(*COLUMNS).where(among(incidents.c.id, "keys")), IncidentRow)
_NOTES = Statement(
    select(*(incident_notes.c[name] for name in NoteRow._fields))
    .where(among(incident_notes.c.incident_id, "incidents"))
    .order_by(incident_notes.c.written_at, incident_notes.c.id),
    NoteRow,
)
_ADD = change(insert(incidents), parameters=IncidentRow._fields)
_NOTE = change(insert(incident_notes), parameters=NoteRow._fields)
_SETTLE = change(
    update(incidents)
    .where(incidents.c.id == bindparam("incident", type_=KeyColumn()))
    .values(
        {
            name: bindparam(f"new_{name}", type_=incidents.c[name].type)
            for name in ("status", "resolution", "resolved_at")
        }
    )
)


async def by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, IncidentRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}


async def notes_of(reader: Reader, incidents: Sequence[Key]) -> dict[Key, list[NoteRow]]:
    """What administrators noted on each of *incidents*, oldest first."""
    found: dict[Key, list[NoteRow]] = {key: [] for key in incidents}
    for row in await reader.all(_NOTES, incidents=list(found)):
        found[row.incident_id].append(row)
    return found


async def add(transaction: Transaction, row: IncidentRow) -> None:
    await transaction.run(_ADD, **row._asdict())


async def held(transaction: Transaction, key: Key) -> IncidentRow | None:
    """The incident, this transaction's alone until its end."""
    await locks.hold(transaction, key)
    return (await by_keys(transaction, [key])).get(key)


async def note(transaction: Transaction, row: NoteRow) -> None:
    await transaction.run(_NOTE, **row._asdict())


async def settle(transaction: Transaction, row: IncidentRow) -> None:
    """Stores the status of *row*, and what goes with it."""
    await transaction.run(
        _SETTLE,
        incident=row.id,
        new_status=row.status,
        new_resolution=row.resolution,
        new_resolved_at=row.resolved_at,
    )
