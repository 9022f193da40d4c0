"""Letters that are written when they go out: whom they are for then, what they say, and the tokens they carry.

A use case only says that one is due, the same whether or not there is such an account: so neither its answer nor the
time it takes tells. Each attempt to send makes new tokens; those of an attempt that did arrive stay good.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from mentorhub.db import accounts, tokens
from mentorhub.db.accounts import AccountRow
from mentorhub.db.mails import MailRow
from mentorhub.resolvers import booking_letters
from mentorhub.resolvers.desk import Work
from mentorhub.rules import account_letters
from mentorhub.rules.account_letters import Happened, Reader
from mentorhub.rules.accounts import RESET_LIVES, VERIFICATION_LIVES
from mentorhub.rules.keys import Key
from mentorhub.rules.letters import Letter
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.rules.vocabulary import TokenPurpose

Write = Callable[[Sequence[Work], Sequence[MailRow]], Awaitable[Sequence[Letter | None]]]
"""What letters of one kind say now; None where there is nothing to tell any more, or nobody."""

VERIFICATION: Final = "verification"
ALREADY_REGISTERED: Final = "already registered"
RESET: Final = "reset"
NEW_EMAIL: Final = "new email"
PASSWORD_CHANGED: Final = "password changed"  # noqa: S105 -- a letter
EMAIL_CHANGED: Final = "email changed"
NEW_DEVICE: Final = "new device"


async def _verification(work: Work, mail: MailRow) -> Letter | None:
    account = await accounts.by_email(work.reader, mail.recipient)
    if account is None or not account.is_active or account.is_verified:
        return None
    return account_letters.verification(
        await _reader(work, account), await _verification_token(work, account)
    )


async def _already_registered(work: Work, mail: MailRow) -> Letter | None:
    account = await accounts.by_email(work.reader, mail.recipient)
    if account is None or not account.is_active:
        return None
    verify = None if account.is_verified else await _verification_token(work, account)
    reset = await _reset_token(work, account)
    return account_letters.already_registered(await _reader(work, account), verify, reset)


async def _reset(work: Work, mail: MailRow) -> Letter | None:
    account = await accounts.by_email(work.reader, mail.recipient)
    if account is None or not account.is_active:
        return None
    return account_letters.reset(await _reader(work, account), await _reset_token(work, account))


async def _new_email(work: Work, mail: MailRow) -> Letter | None:
    """To an address that is to be the user's; to its owner, if it is somebody's already."""
    account = await _of(work, mail)
    if account is None:
        return None
    if await accounts.by_email(work.reader, mail.recipient):
        return await _already_registered(work, mail)
    token = await _token(
        work, account.id, TokenPurpose.CHANGE_EMAIL, VERIFICATION_LIVES, email=mail.recipient
    )
    return account_letters.new_email(await _reader(work, account), token)


async def _password_changed(work: Work, mail: MailRow) -> Letter | None:
    account = await _of(work, mail)
    return (
        account_letters.password_changed(await _reader(work, account), _happened(mail)) if account else None
    )


async def _email_changed(work: Work, mail: MailRow) -> Letter | None:
    account = await _of(work, mail)
    if account is None:
        return None
    return account_letters.email_changed(await _reader(work, account), mail.content["to"], _happened(mail))


async def _new_device(work: Work, mail: MailRow) -> Letter | None:
    account = await _of(work, mail)
    return account_letters.new_device(await _reader(work, account), _happened(mail)) if account else None


def _singly(write: Callable[[Work, MailRow], Awaitable[Letter | None]]) -> Write:
    async def written(works: Sequence[Work], mails: Sequence[MailRow]) -> list[Letter | None]:
        return [await write(work, mail) for work, mail in zip(works, mails, strict=True)]

    return written


LETTERS: Final[Mapping[str, Write]] = {
    VERIFICATION: _singly(_verification),
    ALREADY_REGISTERED: _singly(_already_registered),
    RESET: _singly(_reset),
    NEW_EMAIL: _singly(_new_email),
    PASSWORD_CHANGED: _singly(_password_changed),
    EMAIL_CHANGED: _singly(_email_changed),
    NEW_DEVICE: _singly(_new_device),
    booking_letters.NAME: booking_letters.write,
}


def happened(work: Work) -> dict[str, Any]:
    """The particulars of a letter that tells of something done now, from where the viewer is."""
    return {"at": work.now.isoformat(), "address": work.origin.address, "user_agent": work.origin.user_agent}


def _happened(mail: MailRow) -> Happened:
    content = mail.content
    return Happened(datetime.fromisoformat(content["at"]), content["address"], content["user_agent"])


async def _of(work: Work, mail: MailRow) -> AccountRow | None:
    account = await accounts.get(work.reader, mail.user_id) if mail.user_id else None
    return account if account and account.is_active else None


async def _reader(work: Work, account: AccountRow) -> Reader:
    zone = await accounts.mentor_zone(work.reader, account.id) or account.timezone
    return Reader(work.settings.client, account.name if account.is_verified else None, zone)


async def _verification_token(work: Work, account: AccountRow) -> str:
    return await _token(work, account.id, TokenPurpose.VERIFY_EMAIL, VERIFICATION_LIVES)


async def _reset_token(work: Work, account: AccountRow) -> str:
    return await _token(work, account.id, TokenPurpose.RESET_PASSWORD, RESET_LIVES)


async def _token(
    work: Work, user_id: Key, purpose: TokenPurpose, lives: timedelta, *, email: str | None = None
) -> str:
    token = new_secret()
    await tokens.add_mailed(
        work.transaction,
        user_id=user_id,
        purpose=purpose,
        token_hash=hashed(token),
        expires_at=work.now + lives,
        email=email,
    )
    return token
