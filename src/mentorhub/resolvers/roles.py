"""Roles, and what administrators may do to accounts: suspend and reinstate them, and end their access."""

from typing import Final

from mentorhub.db import accounts, locks, mentors, sessions, tokens, users
from mentorhub.db.accounts import AccountRow
from mentorhub.db.users import UserRow
from mentorhub.resolvers import access
from mentorhub.resolvers.departures import cancel_all_of
from mentorhub.resolvers.desk import Work
from mentorhub.resolvers.profiles import locked, show_or_hide
from mentorhub.rules import texts
from mentorhub.rules.accounts import may_act_on
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import NotFound, WrongState
from mentorhub.rules.vocabulary import Role, TokenPurpose, UserStatus

_LONGEST_REASON: Final = 2_000
_SUPERADMINS: Final = Key("superadmins")


async def set_role(work: Work, *, user_id: Key, role: Role) -> UserRow:
    """Gives somebody else a role. Superadmins only, and in person."""
    access.in_person(work)
    access.superadmin(work)
    await locks.hold(work.transaction, _SUPERADMINS)
    account = await subject(work, user_id)
    if role is not account.role:
        if role is not Role.SUPERADMIN:
            await keep_a_superadmin(work, account)
        await accounts.set_values(work.transaction, user_id, role=role)
        work.know_anew(user_id)
        _tell(work, ActivityKind.ROLE_CHANGED, user_id, previous=account.role.value, role=role.value)
    return await _shown(work, user_id)


async def suspend(work: Work, *, user_id: Key, reason: str) -> UserRow:
    """Closes an account for now: signed out everywhere, sessions to come cancelled, its profile hidden."""
    access.admin(work)
    reason = texts.paragraphs(reason, field="reason", at_most=_LONGEST_REASON)
    await locks.hold(work.transaction, _SUPERADMINS)
    account = await subject(work, user_id)
    _check(account, UserStatus.ACTIVE)
    await keep_a_superadmin(work, account)
    await cancel_all_of(work, user_id, reason="The account was suspended.")
    await accounts.set_values(work.transaction, user_id, status=UserStatus.SUSPENDED)
    await _sign_out(work, user_id)
    await tokens.drop_mailed(work.transaction, user_id, list(TokenPurpose))
    await _show_or_hide(work, user_id)
    work.count({"users": -1})
    _tell(work, ActivityKind.USER_SUSPENDED, user_id, reason=reason)
    return await _shown(work, user_id)


async def reinstate(work: Work, *, user_id: Key) -> UserRow:
    """Opens a suspended account again; what was cancelled stays so."""
    access.admin(work)
    account = await subject(work, user_id)
    _check(account, UserStatus.SUSPENDED)
    await locks.hold(work.transaction, user_id)
    await accounts.set_values(work.transaction, user_id, status=UserStatus.ACTIVE)
    await _show_or_hide(work, user_id)
    work.count({"users": 1})
    work.know_anew(user_id)
    _tell(work, ActivityKind.USER_REINSTATED, user_id)
    return await _shown(work, user_id)


async def revoke_access(work: Work, *, user_id: Key | None = None) -> int:
    """Ends every session and access token of somebody, or of all but the viewer (superadmins only); how many."""
    viewer = access.in_person(work)
    if user_id is not None:
        access.admin(work)
        await subject(work, user_id)
        ended = await _sign_out(work, user_id)
        _tell(work, ActivityKind.ACCESS_REVOKED, user_id, ended=ended)
        return ended
    access.superadmin(work)
    ended = await sessions.end_everybodys(work.transaction, but=viewer.user_id)
    ended += await tokens.revoke_everybodys_access(work.transaction, but=viewer.user_id)
    work.know_anew(None)
    work.tell(
        Fact(
            ActivityKind.ACCESS_REVOKED,
            ("User", viewer.user_id),
            actor_id=viewer.user_id,
            data={"ended": ended, "of": "everybody"},
        )
    )
    return ended


async def keep_a_superadmin(work: Work, account: AccountRow) -> None:
    """Raises WrongState where *account* is the last superadmin. Of several who go at once, one stays."""
    if account.role is not Role.SUPERADMIN:
        return
    await locks.hold(work.transaction, _SUPERADMINS)
    if await accounts.superadmins(work.reader) <= {account.id}:
        raise WrongState("The last superadmin has to stay one.", current=account.role)


async def subject(work: Work, user_id: Key) -> AccountRow:
    """The account that the viewer acts on. Raises NotFound, Forbidden."""
    viewer = access.admin(work)
    await locks.hold(work.transaction, user_id)
    account = await accounts.get(work.transaction, user_id)
    if account is None:
        raise NotFound(field="user_id")
    may_act_on(viewer.role, account.role, is_self=viewer.user_id == user_id)
    if account.status is UserStatus.DELETED:
        raise WrongState("This account was deleted.", current=account.status, field="user_id")
    return account


def _check(account: AccountRow, status: UserStatus) -> None:
    if account.status is not status:
        raise WrongState(current=account.status, field="user_id")


async def _sign_out(work: Work, user_id: Key) -> int:
    work.know_anew(user_id)
    ended = await sessions.end_all(work.transaction, user_id)
    return ended + await tokens.revoke_all_access(work.transaction, user_id)


async def _show_or_hide(work: Work, user_id: Key) -> None:
    profile = (await mentors.by_users(work.transaction, [user_id])).get(user_id)
    if profile is not None:
        await show_or_hide(work, await locked(work, profile.id))


async def _shown(work: Work, user_id: Key) -> UserRow:
    return (await users.by_keys(work.transaction, [user_id]))[user_id]


def _tell(work: Work, kind: ActivityKind, user_id: Key, **data: object) -> None:
    work.tell(Fact(kind, ("User", user_id), actor_id=access.admin(work).user_id, user_id=user_id, data=data))
