"""The outbox: mails leave here, once what they tell of is committed, each tried until it goes or is given up."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from mentorhub.db import mails
from mentorhub.db.mails import LETTER, Envelope, MailRow
from mentorhub.mail import Postponed, Undeliverable
from mentorhub.mail.setting import set_mail
from mentorhub.patience import give_way
from mentorhub.resolvers.desk import Desk, Doors, Work
from mentorhub.resolvers.letters import LETTERS
from mentorhub.rules.backing_off import Pauses
from mentorhub.rules.keys import Key
from mentorhub.rules.letters import Message

JOB: Final = "mails"
PAUSES: Final = Pauses(
    tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60))
)
"""How long to wait after each attempt that failed; after the last one a mail is given up."""
_SOME: Final = 20
_AT_ONCE: Final = 5
_HASTE: Final = 0.5
"""Seconds that a mail waits at most for a process that is busy with requests."""
_OVERDUE: Final = timedelta(seconds=10)
"""A mail that is older waits for nobody: else there were ever more of them while a process is busy."""
_CLAIMED_FOR: Final = timedelta(minutes=10)
"""Longer than sending `_SOME` takes at worst."""
_NONE: Final[Mapping[str, Any]] = {}
_log: Final = logging.getLogger("mentorhub.mail")


async def post(work: Work, recipient: str, message: Message, *, user_id: Key | None) -> None:
    """Has *message* sent to *recipient* once this is committed. It goes away with the account *user_id*."""
    await post_all(work, [Envelope.of_message(message, recipient, user_id=user_id)])


async def post_letter(
    work: Work,
    letter: str,
    recipient: str,
    *,
    user_id: Key | None = None,
    particulars: Mapping[str, Any] = _NONE,
) -> None:
    """As `post`, of a letter that `letters.LETTERS` writes from *particulars* when it goes out."""
    await post_all(work, [Envelope.of_letter(letter, recipient, particulars, user_id=user_id)])


async def post_all(work: Work, envelopes: Sequence[Envelope]) -> None:
    """Has each of *envelopes* sent once this is committed."""
    if envelopes:
        await mails.enqueue(work.transaction, envelopes, at=work.now)
        work.ring(JOB)


async def send_due(doors: Doors) -> int:
    """Sends some of the mails that are due; how many were tried."""
    now = doors.clock.now()
    if not await mails.any_due(doors.database.reader, now=now):
        return 0
    claimed: Sequence[MailRow] = await doors.database.write(
        partial(mails.claim, now=now, until=now + _CLAIMED_FOR, limit=_SOME)
    )
    turn = asyncio.Semaphore(_AT_ONCE)

    async def in_turn(mail: MailRow) -> None:
        async with turn:
            if doors.clock.now() - mail.created_at < _OVERDUE:
                await give_way(_HASTE)
            await _attempt(doors, mail)

    async with asyncio.TaskGroup() as group:
        for mail in claimed:
            group.create_task(in_turn(mail))
    return len(claimed)


async def _attempt(doors: Doors, mail: MailRow) -> None:
    """Tries *mail* once. Whatever becomes of it is written down; if we die, its claim ends and it is tried again."""
    desk = Desk(doors, None, doors.clock.now())
    try:
        message = await _written(desk, mail)
        if message is None:
            await doors.database.write(partial(mails.drop, mail=mail))
            return
        host = urlsplit(doors.settings.public_url).hostname or "localhost"
        await doors.mail.send(
            set_mail(
                message,
                sender=doors.settings.mail_from,
                recipient=mail.recipient,
                key=mail.id,
                host=host,
                at=mail.created_at,
            )
        )
    except Undeliverable as refused:
        await _give_up(doors, mail, str(refused))
    except Postponed as postponed:
        await _put_off(doors, mail, str(postponed))
    except Exception as error:  # noqa: BLE001 -- one mail must not keep back the others
        _log.exception("mail %s could not be written", mail.id)
        await _put_off(doors, mail, type(error).__name__)
    else:
        await desk.anew().do_together(_note_sent, mail)


async def _note_sent(works: Sequence[Work], gone: Sequence[MailRow]) -> list[None]:
    await mails.sent(works[0].transaction, gone, now=works[0].now)
    return [None] * len(gone)


async def _written(desk: Desk, mail: MailRow) -> Message | None:
    """The message that *mail* is; None where there is nothing to tell any more, or nobody."""
    if LETTER not in mail.content:
        return Message.of_document(mail.content)
    letter = await desk.do_together(LETTERS[mail.content[LETTER]], mail)
    return letter.message() if letter else None


async def _put_off(doors: Doors, mail: MailRow, why: str) -> None:
    pause = PAUSES.after(mail.attempts)
    if pause is None:
        await _give_up(doors, mail, why)
        return
    _log.warning("mail %s did not go (attempt %d): %s", mail.id, mail.attempts, why)
    at = doors.clock.now() + pause
    await doors.database.write(partial(mails.retry, mail=mail, at=at, error=why))


async def _give_up(doors: Doors, mail: MailRow, why: str) -> None:
    _log.error("mail %s is given up after attempt %d: %s", mail.id, mail.attempts, why)
    await doors.database.write(partial(mails.failed, mail=mail, now=doors.clock.now(), error=why))
