"""Mentors' profiles: the application, what mentors change of it themselves, and who gets to see it."""

from typing import Any, Final

from mentorhub.db import expertise, locks, mentor_changes, mentors, users
from mentorhub.db.database import Violated
from mentorhub.db.mentors import MentorRow
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Work
from mentorhub.resolvers.rebuilding import rebuild
from mentorhub.rules.facts import ActivityKind, Fact, QuietKind
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.mentors import Profile, Terms, applying, checked_profile, checked_terms
from mentorhub.rules.refusals import Forbidden, Invalid, NotFound
from mentorhub.rules.vocabulary import MentorStatus, UserStatus

_LEFT_OUT: Final[dict[str, Any]] = dict.fromkeys(
    ("company", "job_title", "linkedin", "github", "twitter", "website")
)
"""What an application need not say, and a new one takes back unless it does."""


async def own(work: Work) -> MentorRow:
    """The viewer's profile, locked. Raises Unauthenticated, and Forbidden for those who have none."""
    viewer = access.signed_in(work)
    found = (await mentors.by_users(work.transaction, [viewer.user_id])).get(viewer.user_id)
    if found is None:
        raise Forbidden("Only mentors can do this.")
    return await locked(work, found.id)


async def locked(work: Work, mentor_id: Key) -> MentorRow:
    """The profile, once nobody else can change it."""
    await locks.mentors_rows(work.transaction, [mentor_id])
    return (await mentors.by_keys(work.transaction, [mentor_id]))[mentor_id]


async def apply(work: Work, *, given: Profile, agrees_to_guidelines: bool) -> MentorRow:
    """Asks to become a mentor, for the first time or after a rejection."""
    viewer = access.verified(work)
    faults = Faults()
    said = checked_profile(given, faults)
    if not agrees_to_guidelines:
        faults.add(Invalid("Please agree to the guidelines for mentors.", field="agrees_to_guidelines"))
    said["expertise_ids"] = await _known(work, said["expertise_ids"], faults)
    faults.tell()
    before = (await mentors.by_users(work.transaction, [viewer.user_id])).get(viewer.user_id)
    if before is None:
        key = await _add(work, said)
    else:
        row = await locked(work, before.id)
        key = row.id
        row = row._replace(
            **_LEFT_OUT | said,
            status=applying(row.status),
            applied_at=work.now,
            decided_at=None,
            decided_by=None,
            decision_reason=None,
            decision_note=None,
        )
        await mentor_changes.say(work.transaction, row)
        await mentor_changes.decide(work.transaction, row)
    work.count({"mentors_pending": 1})
    work.know_anew(viewer.user_id)
    work.tell(
        Fact(
            ActivityKind.MENTOR_APPLIED,
            ("Mentor", key),
            actor_id=viewer.user_id,
            mentor_id=key,
            user_id=viewer.user_id,
        )
    )
    return (await mentors.by_keys(work.transaction, [key]))[key]


async def _add(work: Work, said: dict[str, Any]) -> Key:
    viewer = access.signed_in(work)
    user = (await users.by_keys(work.transaction, [viewer.user_id]))[viewer.user_id]
    try:
        return await mentor_changes.add(
            work.transaction,
            user_id=user.id,
            name=user.name,
            photo=user.photo,
            session_minutes=work.settings.session_minutes,
            said=said,
            now=work.now,
        )
    except Violated:
        # The same person has applied at the same time.
        applying(MentorStatus.PENDING)
        raise


async def update(work: Work, *, given: Profile) -> MentorRow:
    """Changes what is given of the viewer's profile, and leaves the rest."""
    row = await own(work)
    faults = Faults()
    said = checked_profile(given, faults)
    if "expertise_ids" in said:
        said["expertise_ids"] = await _known(work, said["expertise_ids"], faults)
    faults.tell()
    changed = row._replace(**said)
    if changed == row:
        return row
    await mentor_changes.say(work.transaction, changed)
    if changed.timezone != row.timezone:
        await rebuild(work, row.id)
    if row.is_public:
        await mentor_changes.count(work.transaction, _difference(row, changed))
    tell_changed(work, row.id)
    return (await mentors.by_keys(work.transaction, [row.id]))[row.id]


async def set_accepting(work: Work, *, accepting_requests: bool) -> MentorRow:
    """Opens or closes the viewer's slots; requests that stand do so."""
    row = await own(work)
    if row.accepting_requests is accepting_requests:
        return row
    return await _offer(work, row._replace(accepting_requests=accepting_requests))


async def set_terms(work: Work, *, given: Terms) -> MentorRow:
    """Changes what is given of the viewer's rules for sessions, and leaves the rest."""
    row = await own(work)
    faults = Faults()
    changed = row._replace(**checked_terms(given, faults))
    faults.tell()
    return row if changed == row else await _offer(work, changed)


async def _offer(work: Work, row: MentorRow) -> MentorRow:
    await mentor_changes.set_terms(work.transaction, row)
    await rebuild(work, row.id)
    tell_changed(work, row.id)
    return (await mentors.by_keys(work.transaction, [row.id]))[row.id]


async def show_or_hide(work: Work, row: MentorRow) -> MentorRow:
    """Makes a profile public or not, as its status and the account's say; the mentor is locked, *row* is to be stored.

    Slots and the counts of expertise follow. Call it after anything that changes the status of either.
    """
    user = (await users.by_keys(work.transaction, [row.user_id]))[row.user_id]
    is_public = row.status is MentorStatus.APPROVED and user.status is UserStatus.ACTIVE
    await mentor_changes.decide(work.transaction, row._replace(is_public=is_public))
    if is_public is not row.is_public:
        await rebuild(work, row.id)
        known = map(Key, row.expertise_ids.split())
        await mentor_changes.count(work.transaction, dict.fromkeys(known, 1 if is_public else -1))
    return (await mentors.by_keys(work.transaction, [row.id]))[row.id]


async def rename(work: Work, user_id: Key, *, name: str) -> None:
    """Lets the profile of a user, if there is one, bear their new *name*. Takes the mentor's lock."""
    found = (await mentors.by_users(work.transaction, [user_id])).get(user_id)
    if found is None:
        return
    row = await locked(work, found.id)
    await mentor_changes.say(work.transaction, row._replace(name=name))
    tell_changed(work, row.id)


def tell_changed(work: Work, mentor_id: Key) -> None:
    work.tell(
        Fact(
            QuietKind.PROFILE_CHANGED,
            ("Mentor", mentor_id),
            actor_id=work.viewer.user_id if work.viewer else None,
            mentor_id=mentor_id,
        )
    )


async def _known(work: Work, given: list[Key] | None, faults: Faults) -> str:
    """Those of *given* that are expertise, as a row has them; a fault where any is not."""
    found = await expertise.by_keys(work.transaction, given or [])
    if len(found) < len(given or []):
        faults.add(NotFound("There is no such expertise.", field="expertise_ids"))
    return " ".join(sorted(found))


def _difference(before: MentorRow, after: MentorRow) -> dict[Key, int]:
    old, new = (set(map(Key, row.expertise_ids.split())) for row in (before, after))
    return dict.fromkeys(old - new, -1) | dict.fromkeys(new - old, 1)
