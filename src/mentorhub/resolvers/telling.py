"""Tells people of what happened: reads the log from a kept place, and writes notifications and mails, once each."""

from collections.abc import Sequence
from typing import Final

from mentorhub.db import bookings, log_readers, mentors, notifications
from mentorhub.db.facts import FactRow
from mentorhub.db.keys import new_key
from mentorhub.db.notifications import ReaderRow
from mentorhub.resolvers import booking_letters, outbox
from mentorhub.resolvers.desk import Doors, Work
from mentorhub.resolvers.log_reading import read_on
from mentorhub.rules.facts import KINDS, Fact, QuietKind
from mentorhub.rules.keys import Key
from mentorhub.rules.letters import Letter
from mentorhub.rules.stories import WITH_CALENDAR, Person, Session, Story, Told
from mentorhub.rules.telling import tell
from mentorhub.rules.vocabulary import NotificationKind

JOB: Final = "tell people"


async def tell_some(doors: Doors) -> int:
    """Tells of the next facts; how many were read. Whoever dies at it has done nothing, or all of it."""
    return await read_on(doors, log_readers.PEOPLE, _tell)


async def _tell(work: Work, found: Sequence[FactRow]) -> None:
    stories = [(row, story) for row in found if (story := await _story(work, row))]
    await write(work, [(row.id, row.booking_id, each) for row, story in stories for each in tell(story)])


async def write(work: Work, told: Sequence[tuple[Key, Key | None, Told]]) -> None:
    """Writes what readers are told, each of a fact and maybe a booking, and has mailed what they want mailed."""
    keys = list({each.reader for _, _, each in told})
    if not keys:
        return
    readers = await notifications.readers(work.transaction, keys)
    muted = await notifications.muted(work.transaction, keys)
    rows = []
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
        if each.is_mailed and is_wanted:
            await _mail(work, reader, each, booking_id)
    if rows:
        await notifications.add(work.transaction, rows)


async def _mail(work: Work, reader: ReaderRow, told: Told, booking_id: Key | None) -> None:
    if reader.email is None or not reader.is_verified:
        return
    if booking_id is not None and told.kind in WITH_CALENDAR:
        particulars = booking_letters.particulars(told, booking_id)
        await outbox.post_letter(
            work, booking_letters.NAME, reader.email, user_id=reader.id, particulars=particulars
        )
        return
    letter = Letter(
        subject=told.title,
        name=reader.name,
        paragraphs=(told.body,),
        links=(("Open MentorHub", work.settings.client),),
    )
    await outbox.post(work, reader.email, letter.message(), user_id=reader.id)


async def _story(work: Work, row: FactRow) -> Story | None:
    """*row* with what it names; None where nobody is told of its kind."""
    # Announcements are told by `heralding`, to some at a time.
    kind = KINDS.get(row.kind)
    if kind is None or kind is QuietKind.NOTIFIED:
        return None
    booking = None
    if row.booking_id:
        found = await bookings.by_keys(work.transaction, [row.booking_id], now=work.now)
        booking = found.get(row.booking_id)
    user_id = row.user_id or (row.subject_id if row.subject_type == "User" else None)
    mentor_user = await _owner(work, row)
    people = await notifications.readers(work.transaction, [key for key in (user_id, mentor_user) if key])
    return Story(
        kind,
        row.actor_id,
        row.data,
        mentor=person(people[mentor_user]) if mentor_user in people else None,
        user=person(people[user_id]) if user_id in people else None,
        session=(
            Session(booking.topic, booking.starts_at, booking.status, booking.meeting_url)
            if booking
            else None
        ),
    )


async def _owner(work: Work, row: FactRow) -> Key | None:
    mentor_id = row.mentor_id or (row.subject_id if row.subject_type == "Mentor" else None)
    if mentor_id is None:
        return None
    profile = (await mentors.by_keys(work.transaction, [mentor_id])).get(mentor_id)
    return profile.user_id if profile else None


def person(row: ReaderRow) -> Person:
    return Person(row.id, row.name, row.timezone)
