"""The mails about bookings: told by a fact, written when they go out, with the session for the reader's calendar."""

from datetime import datetime
from typing import Any, Final

from mentorhub.db import accounts, calendars
from mentorhub.db.mails import MailRow
from mentorhub.resolvers.calendars import attachment
from mentorhub.resolvers.desk import Work
from mentorhub.rules.instants import written
from mentorhub.rules.keys import Key
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


async def write(work: Work, mail: MailRow) -> Letter | None:
    """None where the reader has left, or it tells of what is so no more."""
    account = await accounts.get(work.reader, mail.user_id) if mail.user_id else None
    said = mail.content
    meetings = await calendars.by_keys(work.reader, [said["booking_id"]], now=work.now)
    meeting = meetings.get(said["booking_id"])
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
