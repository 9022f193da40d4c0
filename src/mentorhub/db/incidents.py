"""Incidents: what went wrong and was reported."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select

from mentorhub.db.constructs import among
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.incidents import incident_notes, incidents
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

_BY_KEYS = Statement(select(*COLUMNS).where(among(incidents.c.id, "keys")), IncidentRow)
_NOTES = Statement(
    select(*(incident_notes.c[name] for name in NoteRow._fields))
    .where(among(incident_notes.c.incident_id, "incidents"))
    .order_by(incident_notes.c.written_at, incident_notes.c.id),
    NoteRow,
)
_ADD = change(insert(incidents), parameters=IncidentRow._fields)


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
