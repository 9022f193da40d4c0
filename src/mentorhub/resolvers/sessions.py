"""Sessions: signing in, signing out, and the devices that are signed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mentorhub.db import accounts, devices, locks, sessions
from mentorhub.db.accounts import AccountRow
from mentorhub.db.sessions import SessionRow
from mentorhub.resolvers import access, attempts, letters
from mentorhub.resolvers.attempts import Attempt
from mentorhub.resolvers.authentication import viewer_of
from mentorhub.resolvers.desk import Desk, Viewer, Work
from mentorhub.resolvers.outbox import post_letter
from mentorhub.rules.accounts import MOST_SESSIONS, device, folded
from mentorhub.rules.facts import Fact, QuietKind
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import CredentialsInvalid, NotFound, Suspended
from mentorhub.rules.secrets import hashed, new_secret
from mentorhub.rules.vocabulary import SecurityChange, UserStatus

_LONGEST_USER_AGENT: Final = 500


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just begun, and the *token* that stands for it, which is told this once."""

    viewer: Viewer
    session: SessionRow
    token: str


async def sign_in(desk: Desk, *, email: str, password: str) -> SignedIn:
    """Begins a session. Raises RateLimited, CredentialsInvalid, Suspended.

    The same is done, read and written whether or not there is such an account.
    """
    address = folded(email)
    attempt = await attempts.begin(desk, attempts.SIGN_IN, account=address)
    account = await accounts.by_email(desk.reader, address)
    hash_ = account.password_hash if account else None
    if not await desk.doors.passwords.is_right(password, hash_) or account is None or hash_ is None:
        raise CredentialsInvalid
    outdated = desk.doors.passwords.is_outdated(hash_)
    rehashed = await desk.doors.passwords.hash(password) if outdated else None
    return await desk.do(_sign_in, account, attempt, rehashed)


async def prove(
    desk: Desk, account: AccountRow, password: str, *, field: str = "current_password"
) -> Attempt:
    """Has the owner of *account* show that they are: forgive the attempt with what they do.

    Raises RateLimited, CredentialsInvalid.
    """
    attempt = await attempts.begin(desk, attempts.SIGN_IN, account=account.email)
    if not await desk.doors.passwords.is_right(password, account.password_hash):
        raise CredentialsInvalid("This is not your password.", field=field)
    return attempt


async def proven(work: Work, account: AccountRow, attempt: Attempt) -> AccountRow:
    """*account*, locked, once its owner has shown that they are. Raises CredentialsInvalid where that has changed."""
    await locks.hold(work.transaction, account.id)
    found = await accounts.locked(work.transaction, account.id)
    if found is None or not found.password_hash or found.password_hash != account.password_hash:
        # Changed between the proof and now: it was the right one of another time.
        raise CredentialsInvalid
    await attempts.forgive(work, attempt)
    return found


async def begin(work: Work, account: AccountRow) -> SignedIn:
    """A new session of *account*, whose owner has shown that they are, from where the viewer is."""
    token = new_secret()
    row = sessions.new(
        user_id=account.id,
        at=work.now,
        expires_at=work.now + timedelta(days=work.settings.session_days),
        user_agent=_shortened(work.origin.user_agent),
        ip_address=work.origin.address,
    )
    # First, so that this one is not among them: where a clock went back, others were used later.
    await sessions.end_least_used(work.transaction, account.id, but=MOST_SESSIONS - 1, now=work.now)
    await sessions.add(work.transaction, row, token_hash=hashed(token))
    found = await sessions.by_key(work.transaction, row.id, now=work.now)
    assert found is not None, "a session that was added just now is there"
    return SignedIn(viewer_of(found), row, token)


async def note_device(work: Work, user_id: Key) -> bool:
    """Remembers where the viewer is as a device of theirs; whether it is one that was not seen before."""
    seen = hashed(device(work.origin.user_agent, work.origin.address))
    known = await devices.of_user(work.reader, user_id)
    await devices.note(work.transaction, user_id, seen, at=work.now)
    return bool(known) and seen not in known


async def _sign_in(work: Work, account: AccountRow, attempt: Attempt, rehashed: str | None) -> SignedIn:
    account = await proven(work, account, attempt)
    if account.status is UserStatus.SUSPENDED:
        raise Suspended
    if rehashed is not None:
        await accounts.set_values(work.transaction, account.id, password_hash=rehashed)
    if await note_device(work, account.id) and account.email:
        await post_letter(
            work, letters.NEW_DEVICE, account.email, user_id=account.id, particulars=letters.happened(work)
        )
        tell_security(work, account.id, SecurityChange.NEW_DEVICE)
    return await begin(work, account)


def tell_security(work: Work, user_id: Key, what: SecurityChange) -> None:
    """Tells that something about an account's security has changed."""
    work.tell(
        Fact(
            QuietKind.SECURITY_CHANGED,
            ("User", user_id),
            actor_id=user_id,
            user_id=user_id,
            data={"what": what.value},
        )
    )


async def sign_out(work: Work) -> None:
    viewer = access.in_person(work)
    if viewer.session_id is not None:
        await sessions.end(work.transaction, viewer.session_id, user_id=viewer.user_id)
    work.know_anew(viewer.user_id)


async def revoke(work: Work, *, session_id: Key) -> Key:
    """Ends one of the viewer's sessions."""
    viewer = access.in_person(work)
    if not await sessions.end(work.transaction, session_id, user_id=viewer.user_id):
        raise NotFound(field="session_id")
    work.know_anew(viewer.user_id)
    return session_id


async def revoke_others(work: Work) -> int:
    """Ends the viewer's sessions but the one that asks; how many."""
    viewer = access.in_person(work)
    assert viewer.session_id is not None
    work.know_anew(viewer.user_id)
    return await sessions.end_others(work.transaction, viewer.user_id, but=viewer.session_id)


async def of_viewer(desk: Desk) -> list[SessionRow]:
    """The viewer's sessions, the last used first."""
    return await sessions.of_user(desk.reader, access.in_person(desk).user_id, now=desk.now)


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, SessionRow]:
    """Those of *keys* that are the viewer's, if they have come themselves."""
    viewer = desk.viewer
    if viewer is None or viewer.session_id is None:
        return {}
    return await sessions.own(desk.reader, keys, user_id=viewer.user_id, now=desk.now)


def _shortened(user_agent: str | None) -> str | None:
    return user_agent[:_LONGEST_USER_AGENT] if user_agent else None
