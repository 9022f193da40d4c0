"""Accounts: signing up, proving an address, and what owners change of their account.

Where somebody who is not signed in names an address, the same is done whether or not it has an account: the letter
that goes out differs, and only its reader sees that.
"""

from collections.abc import Mapping
from typing import Any, Final

from mentorhub.db import accounts, booking_changes, locks, sessions, tokens
from mentorhub.db.accounts import AccountRow
from mentorhub.db.database import Violated
from mentorhub.resolvers import access, attempts, letters, profiles
from mentorhub.resolvers.attempts import Attempt
from mentorhub.resolvers.desk import Desk, Viewer, Work
from mentorhub.resolvers.outbox import post_letter
from mentorhub.resolvers.sessions import SignedIn, begin, note_device, prove, proven, tell_security
from mentorhub.rules import accounts as rules
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import AlreadyExists, CredentialsInvalid, Invalid, Refusals, TokenInvalid
from mentorhub.rules.secrets import hashed
from mentorhub.rules.vocabulary import Role, SecurityChange, TokenPurpose

_OF_ADDRESS: Final = (TokenPurpose.VERIFY_EMAIL, TokenPurpose.CHANGE_EMAIL)


async def sign_up(
    desk: Desk,
    *,
    name: str,
    email: str,
    password: str,
    timezone: str | None = None,
    region: str | None = None,
) -> str:
    """Makes an account, unless the address has one: its owner is written to in either case. The address."""
    faults = Faults()
    name = faults.check(rules.name, name)
    address = faults.check(rules.email, email)
    faults.check(rules.password, password, email=address or email)
    region = faults.check(rules.region, region) if region is not None else None
    faults.tell()
    await attempts.begin(desk, attempts.SIGN_UP, account=address)
    password_hash = await desk.doors.passwords.hash(password)
    await desk.do(
        _sign_up, name=name, email=address, password_hash=password_hash, timezone=timezone, region=region
    )
    return address


async def _sign_up(work: Work, /, *, email: str, **said: Any) -> None:
    key = await accounts.add(
        work.transaction, email=email, role=Role.MEMBER, verified_at=None, at=work.now, **said
    )
    if key is None:
        await post_letter(work, letters.ALREADY_REGISTERED, email)
        return
    await note_device(work, key)
    await post_letter(work, letters.VERIFICATION, email)
    joined(work, key)


def joined(work: Work, user_id: Key) -> None:
    """Counts and tells of a new account."""
    work.count({"users": 1})
    work.tell(Fact(ActivityKind.USER_JOINED, ("User", user_id), actor_id=user_id, user_id=user_id))


async def create(desk: Desk, *, name: str, email: str, password: str, role: Role) -> Key:
    """Makes an account whose address counts as verified, for whoever runs the service. Raises AlreadyExists."""
    faults = Faults()
    name = faults.check(rules.name, name)
    address = faults.check(rules.email, email)
    faults.check(rules.password, password, email=address or email)
    faults.tell()
    password_hash = await desk.doors.passwords.hash(password)
    return await desk.do(_create, name=name, email=address, password_hash=password_hash, role=role)


async def _create(work: Work, /, *, email: str, **said: Any) -> Key:
    key = await accounts.add(
        work.transaction, email=email, timezone=None, region=None, verified_at=work.now, at=work.now, **said
    )
    if key is None:
        raise AlreadyExists(f"There is an account with the address {email} already.", field="email")
    joined(work, key)
    return key


async def resend_verification(desk: Desk, *, email: str) -> str:
    """Sends the verification mail again, if there is something to verify. The address."""
    return await _have_written(desk, attempts.VERIFICATION, letters.VERIFICATION, email)


async def request_reset(desk: Desk, *, email: str) -> str:
    """Sends a mail with which to set a new password, if there is such an account. The address."""
    return await _have_written(desk, attempts.RESET, letters.RESET, email)


async def _have_written(desk: Desk, what: str, letter: str, email: str) -> str:
    address = rules.folded(email)
    await attempts.begin(desk, what, account=address)
    await desk.do(post_letter, letter, address)
    return address


async def verify_email(desk: Desk, *, token: str) -> SignedIn:
    """Verifies the address that *token* was sent to, or makes it the account's, and signs in. Raises TokenInvalid."""
    attempt = await attempts.begin(desk, attempts.TOKEN, account=None)
    return await desk.do(_verify_email, hashed(token), attempt)


async def _verify_email(work: Work, token_hash: str, attempt: Attempt) -> SignedIn:
    account, taken = await _taken(work, token_hash, *_OF_ADDRESS)
    if taken.purpose is TokenPurpose.CHANGE_EMAIL:
        assert taken.email is not None
        account = await _set_email(work, account, taken.email)
    elif not account.is_verified:
        await accounts.set_values(work.transaction, account.id, email_verified_at=work.now)
    await tokens.drop_mailed(work.transaction, account.id, [TokenPurpose.VERIFY_EMAIL])
    await attempts.forgive(work, attempt)
    await note_device(work, account.id)
    work.know_anew(account.id)
    return await begin(work, account)


async def _set_email(work: Work, account: AccountRow, email: str) -> AccountRow:
    old = account.email
    try:
        await accounts.set_values(work.transaction, account.id, email=email, email_verified_at=work.now)
    except Violated:
        # Somebody else has signed up with it meanwhile.
        raise TokenInvalid(field="token") from None
    # What was mailed to the old address must not open the account any more.
    await tokens.drop_mailed(work.transaction, account.id, list(TokenPurpose))
    for recipient in filter(None, (old, email)):
        await post_letter(
            work,
            letters.EMAIL_CHANGED,
            recipient,
            user_id=account.id,
            particulars={"to": email, **letters.happened(work)},
        )
    tell_security(work, account.id, SecurityChange.EMAIL)
    return account._replace(email=email, email_verified_at=work.now)


async def reset_password(desk: Desk, *, token: str, new_password: str) -> SignedIn:
    """Sets a new password by a mailed token, ends every session, and signs in. Raises TokenInvalid, Invalid."""
    attempt = await attempts.begin(desk, attempts.TOKEN, account=None)
    secret = hashed(token)
    found = await tokens.look(desk.reader, secret, [TokenPurpose.RESET_PASSWORD], now=desk.now)
    account = await accounts.get(desk.reader, found.user_id) if found else None
    if account is None or account.email is None:
        raise TokenInvalid(field="token")
    rules.password(new_password, email=account.email, field="new_password")
    password_hash = await desk.doors.passwords.hash(new_password)
    return await desk.do(_reset_password, secret, password_hash, attempt)


async def _reset_password(work: Work, token_hash: str, password_hash: str, attempt: Attempt) -> SignedIn:
    account, _ = await _taken(work, token_hash, TokenPurpose.RESET_PASSWORD)
    if not account.is_verified:
        # The token came to the address: that it is the owner's is shown.
        await accounts.set_values(work.transaction, account.id, email_verified_at=work.now)
    await sessions.end_all(work.transaction, account.id)
    await _set_password(work, account, password_hash)
    await attempts.forgive(work, attempt)
    await note_device(work, account.id)
    return await begin(work, account)


async def change_password(desk: Desk, *, current_password: str, new_password: str) -> Viewer:
    """Sets a new password and ends the viewer's other sessions."""
    viewer, account = await _own(desk)
    faults = Faults()
    faults.check(rules.password, new_password, email=account.email or "", field="new_password")
    attempt = await _proof(desk, account, current_password, faults)
    password_hash = await desk.doors.passwords.hash(new_password)
    await desk.do(_change_password, account, password_hash, attempt)
    return viewer


async def _change_password(work: Work, account: AccountRow, password_hash: str, attempt: Attempt) -> None:
    viewer = access.in_person(work)
    assert viewer.session_id is not None
    account = await proven(work, account, attempt)
    await sessions.end_others(work.transaction, account.id, but=viewer.session_id)
    await _set_password(work, account, password_hash)


async def _set_password(work: Work, account: AccountRow, password_hash: str) -> None:
    await accounts.set_values(work.transaction, account.id, password_hash=password_hash)
    await tokens.drop_mailed(work.transaction, account.id, [TokenPurpose.RESET_PASSWORD])
    if account.email:
        await post_letter(
            work,
            letters.PASSWORD_CHANGED,
            account.email,
            user_id=account.id,
            particulars=letters.happened(work),
        )
    tell_security(work, account.id, SecurityChange.PASSWORD)
    work.know_anew(account.id)


async def change_email(desk: Desk, *, current_password: str, new_email: str) -> str:
    """Sends a token to a new address, which becomes the account's when it comes back. The address."""
    _, account = await _own(desk)
    faults = Faults()
    address = faults.check(rules.email, new_email, field="new_email")
    if address == account.email:
        faults.add(Invalid("This is your address already.", field="new_email"))
    await attempts.begin(desk, attempts.NEW_EMAIL, account=account.email)
    attempt = await _proof(desk, account, current_password, faults)
    await desk.do(_change_email, account, address, attempt)
    return address


async def _change_email(work: Work, account: AccountRow, address: str, attempt: Attempt) -> None:
    account = await proven(work, account, attempt)
    await post_letter(work, letters.NEW_EMAIL, address, user_id=account.id)


async def update(work: Work, *, given: Mapping[str, Any]) -> Viewer:
    """Changes what is *given* of name, timezone and region, and leaves the rest."""
    viewer = access.signed_in(work)
    faults = Faults()
    said = dict(given)
    if "name" in said:
        said["name"] = faults.check(rules.name, said["name"])
    if said.get("region") is not None:
        said["region"] = faults.check(rules.region, said["region"])
    faults.tell()
    await locks.hold(work.transaction, viewer.user_id)
    account = await accounts.get(work.transaction, viewer.user_id)
    assert account is not None, "a viewer has an account"
    changed = account._replace(**said)
    if changed.name != account.name:
        await profiles.rename(work, account.id, name=changed.name)
    if changed != account:
        await accounts.set_values(
            work.transaction,
            account.id,
            name=changed.name,
            timezone=changed.timezone,
            region=changed.region,
        )
    if changed.name != account.name:
        await booking_changes.reword_of(work.transaction, account.id)
    return viewer


async def _own(desk: Desk) -> tuple[Viewer, AccountRow]:
    viewer = access.in_person(desk)
    account = await accounts.get(desk.reader, viewer.user_id)
    assert account is not None, "a viewer has an account"
    return viewer, account


async def _proof(desk: Desk, account: AccountRow, password: str, faults: Faults) -> Attempt:
    """The owner's proof, its fault told with the others. Raises RateLimited."""
    try:
        attempt = await prove(desk, account, password)
    except CredentialsInvalid as refusal:
        faults.add(refusal)
        raise Refusals(faults.found) from None
    if faults.found:
        # The proof was right, whatever was wrong with the rest.
        await desk.do(attempts.forgive, attempt)
    faults.tell()
    return attempt


async def _taken(work: Work, token_hash: str, *purposes: TokenPurpose) -> tuple[AccountRow, tokens.MailedRow]:
    """The account that a mailed token is for, locked; the token is used up. Raises TokenInvalid."""
    # First looked at, then waited, then taken: see db.locks.
    seen = await tokens.look(work.transaction, token_hash, purposes, now=work.now)
    if seen is not None:
        await locks.hold(work.transaction, seen.user_id)
        taken = await tokens.take(work.transaction, token_hash, purposes, now=work.now)
        account = await accounts.locked(work.transaction, seen.user_id)
        if taken is not None and account is not None and account.is_active:
            return account, taken
    raise TokenInvalid(field="token")
