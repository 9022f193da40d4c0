"""Photos: taken in, shown, taken away. No file is ever left without a row that says whose it is or that it is to go."""

from datetime import timedelta
from functools import partial
from typing import Final

from mentorhub.db import accounts, locks, photos, users
from mentorhub.db.accounts import AccountRow
from mentorhub.db.users import UserRow
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Doors, Work
from mentorhub.rules.keys import Key
from mentorhub.rules.photos import MOST_BYTES, WIDTHS, file_of
from mentorhub.rules.refusals import Conflict, FileTooLarge
from mentorhub.rules.secrets import new_name

JOB: Final = "discarded photos"
_BEING_TAKEN_IN: Final = timedelta(hours=1)
"""How long taking in a photo may take before what was stored of it is removed again."""
_SOME: Final = 20


async def upload(desk: Desk, content: bytes) -> UserRow:
    """Makes a JPEG or PNG the viewer's photo. Raises FileTooLarge, FileUnreadable."""
    viewer = access.signed_in(desk)
    if len(content) > MOST_BYTES:
        raise FileTooLarge(f"A photo has at most {MOST_BYTES // 1024**2} MiB.", field="file")
    squares = await desk.doors.pictures.squares(content)
    name = new_name()
    await desk.do(_begin, name)
    for width, square in squares.items():
        await desk.doors.media.put(file_of(name, width), square)
    return await desk.do(_take, viewer.user_id, name)


async def _begin(work: Work, name: str) -> None:
    await photos.discard(work.transaction, name, at=work.now + _BEING_TAKEN_IN)


async def _take(work: Work, user_id: Key, name: str) -> UserRow:
    if not await photos.keep(work.transaction, name):
        raise Conflict("That took too long; please send the photo again.")
    return await _set(work, user_id, name)


async def remove(work: Work) -> UserRow:
    """Takes the viewer's photo away."""
    return await _set(work, access.signed_in(work).user_id, None)


async def _set(work: Work, user_id: Key, name: str | None) -> UserRow:
    await locks.hold(work.transaction, user_id)
    account = await accounts.get(work.transaction, user_id)
    assert account is not None, "a viewer has an account"
    await photos.set_photo(work.transaction, user_id, name)
    await discard(work, account)
    return (await users.by_keys(work.transaction, [user_id]))[user_id]


async def discard(work: Work, account: AccountRow) -> None:
    """Has the files of the photo that *account* had removed, once this is committed."""
    if account.photo is not None:
        await photos.discard(work.transaction, account.photo, at=work.now)
        work.ring(JOB)


async def remove_discarded(doors: Doors) -> int:
    """Removes the files of some photos that are nobody's; how many photos."""
    now = doors.clock.now()
    due = await photos.discarded(doors.database.reader, now=now, limit=_SOME)
    for name in due:
        for width in WIDTHS:
            await doors.media.delete(file_of(name, width))
        await doors.database.write(partial(photos.keep, name=name))
    return len(due)


async def file(doors: Doors, name: str) -> bytes | None:
    """The stored file *name*, if there is one."""
    return await doors.media.get(name)
