"""Who asks: from what they show to a viewer, and whether they still are what they were."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Final, TypeVar

from mentorhub.db import sessions
from mentorhub.db.sessions import Shown
from mentorhub.patience import Patience
from mentorhub.resolvers.access import may_operate
from mentorhub.resolvers.desk import Desk, Doors
from mentorhub.resolvers.identities import LASTS, Identity
from mentorhub.resolvers.viewers import Viewer
from mentorhub.rules.accounts import USE_NOTED_EVERY
from mentorhub.rules.refusals import Unauthenticated, Unavailable
from mentorhub.rules.secrets import ACCESS_TOKEN_PREFIX, hashed

Found = TypeVar("Found")

_JUST_NOW: Final = 0.05
"""Seconds for which an identity is as good as read by the same request."""
_ENDED: Final = "This token is not valid, or not any more."
_LONGEST: Final = 200
"""Nothing that was ever handed out is longer."""


async def identity_of(
    doors: Doors, *, authorization: str | None, cookie: str | None, needs_cookie: bool = False
) -> Identity | None:
    """Who shows an Authorization header's value or a session cookie's; None who shows neither.

    Raises Unauthenticated for a header that is no good. A cookie that is none any more is as good as none, since a
    browser sends it by itself; unless *needs_cookie* says that whoever comes relies on it.
    """
    if authorization is not None:
        scheme, _, token = authorization.strip().partition(" ")
        identity = await _shown(doors, token.strip()) if scheme.lower() == "bearer" else None
        if identity is None:
            raise Unauthenticated(_ENDED)
        return identity
    if cookie is None:
        return None
    # Only sessions come as cookies.
    identity = None if cookie.startswith(ACCESS_TOKEN_PREFIX) else await _shown(doors, cookie)
    if identity is None and needs_cookie:
        raise Unauthenticated("This session has ended; please sign in again.")
    return identity


async def admit(desk: Desk, identity: Identity | None, operation: str) -> Identity | None:
    """The *identity* of whoever asks for a query, mutation or subscription, as it is now.

    It is read anew if it was read a while ago, and for each mutation. Raises Unauthenticated, Forbidden.
    """
    if identity is None:
        if desk.viewer is not None:
            may_operate(desk.viewer, operation)
        return None
    seconds = _JUST_NOW if operation == "mutation" else LASTS
    if not identity.is_good(now=desk.now, seconds=seconds):
        identity = await _read_again(desk.doors, identity, seconds=seconds)
    may_operate(identity.viewer, operation)
    return identity


async def write_uses(doors: Doors) -> None:
    """Writes down when sessions and access tokens were used last: not in anybody's request, at most once a minute."""
    uses, doors.identities.uses = doors.identities.uses, {}
    if uses:
        lives = doors.settings.session_days
        await doors.database.write(
            lambda transaction: sessions.note(transaction, uses, every=USE_NOTED_EVERY, days=lives)
        )


async def _shown(doors: Doors, token: str) -> Identity | None:
    if not token or len(token) > _LONGEST:
        return None
    now, known = doors.clock.now(), doors.identities
    secret = hashed(token)
    identity = known.by_hash(secret)
    if identity is None or not identity.is_good(now=now):
        since = known.changes
        is_access_token = token.startswith(ACCESS_TOKEN_PREFIX)
        look = sessions.by_token_hash if is_access_token else sessions.by_hash
        found = await _soon(known.patience, look(doors.database.reader, secret, now=now))
        if found is None:
            return None
        identity = _identity(found)
        known.keep(identity, hashed=secret, since=since)
    _use(doors, identity, now)
    return identity


async def _read_again(doors: Doors, identity: Identity, *, seconds: float) -> Identity:
    now, known = doors.clock.now(), doors.identities
    kept = known.by_key(identity.key)
    if kept is None or not kept.is_good(now=now, seconds=seconds):
        since = known.changes
        look = sessions.by_token_key if identity.viewer.token_id else sessions.by_key
        found = await _soon(known.patience, look(doors.database.reader, identity.key, now=now))
        if found is None:
            raise Unauthenticated(_ENDED)
        kept = _identity(found)
        known.keep(kept, since=since)
    _use(doors, kept, now)
    return kept


async def _soon(patience: Patience, looked_up: Awaitable[Found]) -> Found:
    """Raises Unavailable: who asks is known before anybody's time for an operation runs."""
    try:
        return await patience.wait_for(looked_up)
    except TimeoutError:
        raise Unavailable from None


def viewer_of(found: Shown) -> Viewer:
    """Whom a session or an access token stands for."""
    return Viewer(
        user_id=found.user_id,
        role=found.role,
        is_verified=found.email_verified_at is not None,
        mentor_id=found.mentor_id,
        session_id=None if found.is_token else found.key,
        token_id=found.key if found.is_token else None,
        scopes=frozenset(found.scopes or ()) if found.is_token else None,
    )


def _identity(found: Shown) -> Identity:
    return Identity(viewer_of(found), found.key, found.expires_at, found.last_used_at)


def _use(doors: Doors, identity: Identity, now: datetime) -> None:
    if identity.noted_at is None or now - identity.noted_at >= USE_NOTED_EVERY:
        doors.identities.use(identity, at=now)
