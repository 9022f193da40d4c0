"""Deleting accounts: what is booked is cancelled, what others keep is anonymous, everything else is gone."""

from typing import Final

from mentorhub.db import accounts, booking_changes, erasure, locks, mails, mentor_changes, mentors
from mentorhub.db.accounts import AccountRow
from mentorhub.db.mentors import MentorRow
from mentorhub.resolvers import access, photos
from mentorhub.resolvers.attempts import Attempt
from mentorhub.resolvers.departures import cancel_all_of
from mentorhub.resolvers.desk import Desk, Doors, Work
from mentorhub.resolvers.profiles import show_or_hide
from mentorhub.resolvers.roles import keep_a_superadmin
from mentorhub.resolvers.sessions import prove, proven
from mentorhub.rules.accounts import DELETED_NAME, UNVERIFIED_LIVES
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import MentorStatus

REASON: Final = "The account was deleted."
_BIO: Final = "This profile was deleted together with its owner's account."
_COUNTED: Final = {MentorStatus.APPROVED: "mentors_approved", MentorStatus.PENDING: "mentors_pending"}
_SOME: Final = 50


async def delete(desk: Desk, *, current_password: str) -> Key:
    """Deletes the viewer's account. Raises CredentialsInvalid, WrongState for the last superadmin."""
    viewer = access.in_person(desk)
    account = await accounts.get(desk.reader, viewer.user_id)
    assert account is not None, "a viewer has an account"
    attempt = await prove(desk, account, current_password)
    await desk.do(_delete, account, attempt)
    return account.id


async def _delete(work: Work, account: AccountRow, attempt: Attempt) -> None:
    await keep_a_superadmin(work, account)
    await cancel_all_of(work, account.id, reason=REASON)
    account = await proven(work, account, attempt)
    await _erase(work, account)


async def _erase(work: Work, account: AccountRow) -> None:
    """Leaves nothing of *account* but what others have of it, under no name. What is booked has been cancelled."""
    await photos.discard(work, account)
    await mails.forget(work.transaction, user_id=account.id, email=account.email or "")
    await erasure.erase_user(work.transaction, account.id, name=account.name)
    profile = (await mentors.by_users(work.transaction, [account.id])).get(account.id)
    if profile is not None:
        await _erase_mentor(work, profile)
    await booking_changes.reword_of(work.transaction, account.id)
    if account.is_active:
        work.count({"users": -1})
    work.tell(
        Fact(
            ActivityKind.ACCOUNT_DELETED,
            ("User", account.id),
            actor_id=work.viewer.user_id if work.viewer else None,
            user_id=account.id,
        )
    )
    work.know_anew(account.id)


async def _erase_mentor(work: Work, row: MentorRow) -> None:
    await erasure.erase_mentor(work.transaction, row.id)
    counted = _COUNTED.get(row.status)
    if counted is not None:
        work.count({counted: -1})
        row = row._replace(status=MentorStatus.INACTIVE)
    row = row._replace(decision_note=None, accepting_requests=False)
    row = await show_or_hide(work, row)
    await mentor_changes.say(
        work.transaction,
        row._replace(
            name=DELETED_NAME,
            bio=_BIO,
            company=None,
            job_title=None,
            years_of_experience=0,
            timezone="UTC",
            linkedin=None,
            github=None,
            twitter=None,
            website=None,
            expertise_ids="",
        ),
    )


async def sweep_unverified(doors: Doors) -> int:
    """Deletes some of the accounts whose address was not verified in time; how many."""
    desk = Desk(doors, None, doors.clock.now())
    before = desk.now - UNVERIFIED_LIVES
    keys = await accounts.unverified_since(desk.reader, before, limit=_SOME)
    for key in keys:
        await desk.do(_sweep, key)
    return len(keys)


async def _sweep(work: Work, key: Key) -> None:
    await locks.hold(work.transaction, key)
    account = await accounts.locked(work.transaction, key)
    if account is None or account.is_verified or not account.is_active:
        return
    await _erase(work, account)
