"""Tells people of what happened: reads the log from a kept place, and writes notifications and mails, once each."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mentorhub.db import bookings, log_readers, mentors, notifications
from mentorhub.db.bookings import BookingRow
from mentorhub.db.facts import FactRow
from mentorhub.db.keys import new_key
from mentorhub.db.mails import Envelope
from mentorhub.db.notifications import ReaderRow
from mentorhub.resolvers import booking_letters, outbox
from mentorhub.resolvers.desk import Doors, Work
from mentorhub.resolvers.log_reading import read_on
from mentorhub.rules.facts import KINDS, Fact, QuietKind
from mentorhub.rules.keys import NOBODY, Key
from mentorhub.rules.letters import Letter
from mentorhub.rules.stories import WITH_CALENDAR, Person, Session, Story, Told
from mentorhub.rules.telling import tell
from mentorhub.rules.vocabulary import NotificationKind

JOB: Final = "tell people"
_NOBODY_YET: Final[Mapping[Key, ReaderRow]] = {}


async def tell_some(doors: Doors) -> int:
    """Tells of the next facts; how many were read. Whoever dies at it has done nothing, or all of it."""
    return await read_on(doors, log_readers.PEOPLE, _tell)


async def _tell(work: Work, found: Sequence[FactRow]) -> None:
    rows = [row for row in found if _is_told(row)]
    people, stories = await _stories(work, rows)
    told = [
        (row.id, row.booking_id, each)
        for row, story in zip(rows, stories, strict=True)
        for each in tell(story)
    ]
    await write(work, told, known=people)


async def write(
    work: Work, told: Sequence[tuple[Key, Key | None, Told]], *, known: Mapping[Key, ReaderRow] = _NOBODY_YET
) -> None:
    """Writes what readers are told, each of a fact and maybe a booking, and has mailed what they want mailed.

    Of readers who are *known* nothing is read again.
    """
    keys = list({each.reader for _, _, each in told})
    if not keys:
        return
    strangers = [key for key in keys if key not in known]
    readers = {**known, **(await notifications.readers(work.transaction, strangers) if strangers else {})}
    muted = await notifications.muted(work.transaction, keys)
    rows: list[dict[str, Any]] = []
    envelopes: list[Envelope] = []
    for fact_id, booking_id, each in told:
        reader = readers.get(each.reader)
        if reader is None:
            continue
        key = new_key()
        rows.append(
            {
                "id": key,
                "user_id": each.reader,
                "fact_id": fact_id,
                "kind": each.kind,
                "title": each.title,
                "body": each.body,
                "booking_id": booking_id,
                "created_at": work.now,
            }
        )
        work.tell(Fact(QuietKind.NOTIFIED, ("Notification", key), booking_id=booking_id, user_id=each.reader))
        is_wanted = each.kind is NotificationKind.SECURITY or (reader.id, each.kind.value) not in muted
        if each.is_mailed and is_wanted and reader.email is not None and reader.is_verified:
            envelopes.append(_envelope(work, reader, each, booking_id, reader.email))
    if rows:
        await notifications.add(work.transaction, rows)
    await outbox.post_all(work, envelopes)


def _envelope(work: Work, reader: ReaderRow, told: Told, booking_id: Key | None, recipient: str) -> Envelope:
    if booking_id is not None and told.kind in WITH_CALENDAR:
        particulars = booking_letters.particulars(told, booking_id)
        return Envelope.of_letter(booking_letters.NAME, recipient, particulars, user_id=reader.id)
    letter = Letter(
        subject=told.title,
        name=reader.name,
        paragraphs=(told.body,),
        links=(("Open MentorHub", work.settings.client),),
    )
    return Envelope.of_message(letter.message(), recipient, user_id=reader.id)


def _is_told(row: FactRow) -> bool:
    # Announcements are told by `heralding`, to some at a time.
    return KINDS.get(row.kind, QuietKind.NOTIFIED) is not QuietKind.NOTIFIED


async def _stories(work: Work, rows: Sequence[FactRow]) -> tuple[Mapping[Key, ReaderRow], list[Story]]:
    """Whoever *rows* name, and each with what it names, all read at once."""
    keys = {row.booking_id for row in rows if row.booking_id}
    sessions = await bookings.by_keys(work.transaction, sorted(keys), now=work.now) if keys else {}
    owners = {each.mentor_id: each.mentor_user_id for each in sessions.values()}
    profiles = {key for row in rows if (key := _mentor(row)) and key not in owners}
    if profiles:
        found = await mentors.by_keys(work.transaction, sorted(profiles))
        owners |= {key: row.user_id for key, row in found.items()}
    users = {key for row in rows if (key := _user(row))} | set(owners.values())
    people = await notifications.readers(work.transaction, sorted(users)) if users else {}

    def who(key: Key | None) -> Person | None:
        return person(people[key]) if key in people else None

    return people, [
        Story(
            KINDS[row.kind],
            row.actor_id,
            row.data,
            mentor=who(owners.get(_mentor(row) or NOBODY)),
            user=who(_user(row)),
            session=_session(sessions.get(row.booking_id or NOBODY)),
            at=work.now,
        )
        for row in rows
    ]


def _mentor(row: FactRow) -> Key | None:
    return row.mentor_id or (row.subject_id if row.subject_type == "Mentor" else None)


def _user(row: FactRow) -> Key | None:
    return row.user_id or (row.subject_id if row.subject_type == "User" else None)


def _session(booking: BookingRow | None) -> Session | None:
    if booking is None:
        return None
    return Session(booking.topic, booking.starts_at, booking.status, booking.meeting_url)


def person(row: ReaderRow) -> Person:
    return Person(row.id, row.name, row.timezone)
