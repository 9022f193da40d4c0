"""What mentors know: the list that mentors choose from, kept by administrators."""

from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from mentorhub.db import expertise, locks
from mentorhub.db.database import Violated
from mentorhub.db.expertise import ExpertiseName, ExpertiseRow
from mentorhub.db.keys import new_key
from mentorhub.db.mentors import MentorCard, MentorName, MentorRow
from mentorhub.lasting import Lasting
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.rules.expertise import checked_name, slug_of
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import AlreadyExists, NotFound

_LOCK: Final = Key("expertise")
"""Who adds or renames does so alone: revisions follow each other."""


async def all_of_it(desk: Desk) -> list[ExpertiseRow]:
    """All of it, in the order of its names."""
    return await expertise.all_expertise(desk.reader)


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, ExpertiseRow]:
    """Those of *keys* that there are; everybody sees them."""
    return await expertise.by_keys(desk.reader, keys)


def of_mentors(
    desk: Desk, mentors: Sequence[MentorRow | MentorCard | MentorName]
) -> list[Lasting[ExpertiseName]] | Awaitable[list[Lasting[ExpertiseName]]]:
    """What each of *mentors* knows, in the order of the names; to be awaited where it has got other names."""
    named = desk.doors.expertise_names.at(max(row.expertise_revision for row in mentors))
    if named is not None:
        # What somebody has written past us is known to nobody yet.
        with suppress(KeyError):
            return [named[row.expertise_ids] for row in mentors]
    return _read_of_mentors(desk, mentors)


async def _read_of_mentors(
    desk: Desk, mentors: Sequence[MentorRow | MentorCard | MentorName]
) -> list[Lasting[ExpertiseName]]:
    named = await desk.doors.expertise_names.read(desk.reader)
    return [named[row.expertise_ids] for row in mentors]


async def counts(desk: Desk, rows: Sequence[ExpertiseName]) -> list[int]:
    """How many approved mentors have each of *rows*."""
    found = await expertise.by_keys(desk.reader, list({row.id for row in rows}))
    return [found[row.id].mentor_count for row in rows]


async def create(work: Work, *, name: str) -> ExpertiseRow:
    access.admin(work)
    name = checked_name(name)
    await locks.hold(work.transaction, _LOCK)
    row = ExpertiseRow(new_key(), name, slug_of(name), 0)
    try:
        await expertise.add(work.transaction, row)
    except Violated as violated:
        raise _taken(name) from violated
    _tell(work, row, ActivityKind.EXPERTISE_CREATED)
    return row


async def rename(work: Work, *, expertise_id: Key, name: str) -> ExpertiseRow:
    """Its mentors are found by the new name at once."""
    access.admin(work)
    found = (await expertise.by_keys(work.transaction, [expertise_id])).get(expertise_id)
    if found is None:
        raise NotFound(field="expertise_id")
    name = checked_name(name)
    if found.name == name:
        return found
    await locks.hold(work.transaction, _LOCK)
    row = found._replace(name=name, slug=slug_of(name))
    try:
        await expertise.rename(work.transaction, row)
    except Violated as violated:
        raise _taken(name) from violated
    _tell(work, row, ActivityKind.EXPERTISE_RENAMED)
    return row


def _taken(name: str) -> AlreadyExists:
    return AlreadyExists(f"There is an expertise like “{name}” already.", field="name")


def _tell(work: Work, row: ExpertiseRow, kind: ActivityKind) -> None:
    work.tell(Fact(kind, ("Expertise", row.id), actor_id=access.admin(work).user_id))
