"""Announcements: what administrators tell everybody."""

from collections.abc import AsyncGenerator, Mapping, Sequence

from mentorhub.db import announcements
from mentorhub.db.announcements import AnnouncementRow
from mentorhub.db.keys import new_key
from mentorhub.live import Entry
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.resolvers.following import Following
from mentorhub.resolvers.heralding import JOB
from mentorhub.resolvers.paging import Page, Paging, page
from mentorhub.rules import texts
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import NotFound, WrongState
from mentorhub.rules.vocabulary import AnnouncementKind


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, AnnouncementRow]:
    """Those of *keys* that are announcements: everybody may read them."""
    return await announcements.by_keys(desk.reader, keys)


async def recent(desk: Desk, paging: Paging, *, include_ended: bool) -> Page[AnnouncementRow]:
    """Newest first."""
    if include_ended:
        return await page(desk, announcements.ALL, paging, name="all announcements")
    return await page(desk, announcements.STANDING, paging, name="announcements")


async def follow(desk: Desk, following: Following) -> AsyncGenerator[Entry, None]:
    """Announcements as they are posted, for everybody."""
    place = await following.start(desk, None)
    return following.listen(desk, lambda row: row.kind == ActivityKind.ANNOUNCEMENT_POSTED.value, after=place)


async def told_by(desk: Desk, entry: Entry) -> AnnouncementRow | None:
    """The announcement that *entry* tells of, looked up once for all who listen."""
    key = entry.row.subject_id

    async def look() -> AnnouncementRow | None:
        return (await announcements.by_keys(desk.reader, [key])).get(key)

    return await entry.once("announcement", look)


async def post(
    work: Work, *, kind: AnnouncementKind, title: str, body: str, notify_everyone: bool
) -> AnnouncementRow:
    """Tells everybody who looks or listens; everybody with an account, too, where that is wanted. For administrators.

    The notifications are written afterwards, some users at a time.
    """
    viewer = access.admin(work)
    faults = Faults()
    title = faults.check(texts.line, title, field="title", at_least=3, at_most=120)
    body = faults.check(texts.paragraphs, body, field="body", at_most=2000)
    faults.tell()
    posted = AnnouncementRow(new_key(), kind, title, body, work.now, None)
    await announcements.post(work.transaction, posted, by=viewer.user_id, notifies_everyone=notify_everyone)
    if notify_everyone:
        work.ring(JOB)
    work.tell(
        Fact(
            ActivityKind.ANNOUNCEMENT_POSTED,
            ("Announcement", posted.id),
            viewer.user_id,
            data={"notify": notify_everyone},
        )
    )
    return posted


async def end(work: Work, *, announcement_id: Key) -> AnnouncementRow:
    """Says that it is over. For administrators."""
    viewer = access.admin(work)
    announcement = await announcements.held(work.transaction, announcement_id)
    if announcement is None:
        raise NotFound(field="announcement_id")
    if announcement.ended_at is not None:
        raise WrongState("This announcement has been ended already.", current="ENDED")
    await announcements.end(work.transaction, announcement_id, at=work.now)
    work.tell(Fact(ActivityKind.ANNOUNCEMENT_ENDED, ("Announcement", announcement_id), viewer.user_id))
    return announcement._replace(ended_at=work.now)
