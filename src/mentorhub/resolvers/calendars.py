"""Calendars: the feed of somebody's bookings at a secret address, and what goes along with a mail about one."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from mentorhub import __version__
from mentorhub import calendars as writing
from mentorhub.db import calendars
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Doors, Work
from mentorhub.rules.calendar_addresses import address, is_address, owner
from mentorhub.rules.calendars import PAST, Event, Meeting, event
from mentorhub.rules.keys import NOBODY, Key
from mentorhub.rules.letters import Attachment
from mentorhub.rules.refusals import NotFound
from mentorhub.rules.secrets import new_secret
from mentorhub.rules.vocabulary import UserStatus
from mentorhub.settings import Settings

MOST: Final = 1000
"""Sessions in a feed; of more, the latest."""
_FILE: Final = "session.ics"


class Feed(NamedTuple):
    tag: str
    """Differs whenever the calendar does."""
    pieces: Iterator[bytes]


async def url(desk: Desk) -> str:
    """Where the viewer's calendar is. A secret that would outlive an access token: tokens are refused."""
    user_id = access.in_person(desk).user_id
    found = await calendars.owner(desk.reader, user_id)
    return _url(desk.doors, user_id, found.calendar_secret if found else None)


async def reset(desk: Desk) -> str:
    """A new address of the viewer's calendar; the one before leads nowhere from now on."""
    return _url(desk.doors, access.in_person(desk).user_id, await desk.do(_renew))


async def _renew(work: Work) -> str:
    salt = new_secret()
    await calendars.renew(work.transaction, access.in_person(work).user_id, salt=salt)
    return salt


def _url(doors: Doors, user_id: Key, salt: str | None) -> str:
    return f"{doors.settings.public_url}/calendar/{address(user_id, salt=salt, secret=doors.secret)}.ics"


async def feed(doors: Doors, text: str) -> Feed:
    """The calendar at the address *text*. Raises NotFound, whatever is wrong with it."""
    now = doors.clock.now()
    user_id = owner(text)
    found = await calendars.owner(doors.database.reader, user_id or NOBODY)
    is_theirs = is_address(
        text, user_id or NOBODY, salt=found.calendar_secret if found else None, secret=doors.secret
    )
    if user_id is None or found is None or not is_theirs or found.status is not UserStatus.ACTIVE:
        raise NotFound
    meetings = await calendars.of_user(doors.database.reader, user_id, since=now - PAST, now=now, limit=MOST)
    events = [_event(doors.settings, meeting, user_id) for meeting in meetings]
    organizer = doors.settings.mail_from
    tag = sha256(repr((__version__, organizer, events)).encode()).hexdigest()[:32]
    return Feed(tag, writing.feed(events, organizer=organizer))


def attachment(settings: Settings, meeting: Meeting, reader: Key) -> Attachment:
    """*meeting* for a mail to *reader*, one of its parties."""
    method, text = writing.letter(_event(settings, meeting, reader), organizer=settings.mail_from)
    return Attachment(_FILE, f"text/calendar; method={method}", text)


def _event(settings: Settings, meeting: Meeting, reader: Key) -> Event:
    host = urlsplit(settings.public_url).hostname or "localhost"
    return event(meeting, reader, host=host, client=settings.client)
