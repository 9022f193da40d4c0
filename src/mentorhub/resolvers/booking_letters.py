"""The mails about bookings: told by a fact, written when they go out, with the session for the reader's calendar."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from mentorhub.db import accounts, calendars
from mentorhub.db.accounts import AccountRow
from mentorhub.db.mails import MailRow
from mentorhub.resolvers.calendars import attachment
from mentorhub.resolvers.desk import Work
from mentorhub.rules.calendars import Meeting
from mentorhub.rules.instants import written
from mentorhub.rules.keys import NOBODY, Key
from mentorhub.rules.letters import Letter
from mentorhub.rules.stories import Session, Told, is_over
from mentorhub.rules.vocabulary import NotificationKind

NAME: Final = "booking"


def particulars(told: Told, booking_id: Key) -> dict[str, Any]:
    """What the outbox keeps of the mail by which *told* goes out."""
    return {
        "kind": told.kind,
        "title": told.title,
        "body": told.body,
        "booking_id": booking_id,
        "starts_at": written(told.starts_at) if told.starts_at else None,
    }


async def write(works: Sequence[Work], mails: Sequence[MailRow]) -> list[Letter | None]:
    """None of a mail whose reader has left, or that tells of what is so no more."""
    work = works[0]
    readers = await accounts.by_keys(work.reader, {mail.user_id for mail in mails if mail.user_id})
    meetings = await calendars.by_keys(
        work.reader, list({mail.content["booking_id"] for mail in mails}), now=work.now
    )
    return [
        _written(work, mail, readers.get(mail.user_id or NOBODY), meetings.get(mail.content["booking_id"]))
        for mail in mails
    ]


def _written(work: Work, mail: MailRow, account: AccountRow | None, meeting: Meeting | None) -> Letter | None:
    said = mail.content
    if account is None or not account.is_active or meeting is None:
        return None
    starts_at = datetime.fromisoformat(said["starts_at"]) if said["starts_at"] else None
    session = Session(meeting.topic, meeting.starts_at, meeting.status)
    if is_over(NotificationKind(said["kind"]), session, told_of=starts_at, now=work.now):
        return None
    return Letter(
        subject=said["title"],
        name=account.name,
        paragraphs=(said["body"],),
        links=(("Open MentorHub", work.settings.client),),
        attachments=(attachment(work.settings, meeting, account.id),),
    )
