"""Who asks: from what they show to a viewer."""

from mentorhub.db import sessions
from mentorhub.resolvers.desk import Desk, Doors, Viewer
from mentorhub.rules.refusals import Unauthenticated
from mentorhub.rules.secrets import hashed
from mentorhub.rules.vocabulary import UserStatus


async def viewer_of(doors: Doors, *, authorization: str | None, cookie: str | None) -> Viewer | None:
    """The viewer who shows an Authorization header's value or a session cookie's; None who shows neither.

    Raises Unauthenticated for a header that is no good; a cookie that is none any more is as good as none,
    since a browser sends it by itself.
    """
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        viewer = await _by_session(doors, token.strip()) if scheme.lower() == "bearer" else None
        if viewer is None:
            raise Unauthenticated("This token is not valid, or not any more.")
        return viewer
    return await _by_session(doors, cookie) if cookie else None


async def _by_session(doors: Doors, token: str) -> Viewer | None:
    found = await sessions.by_hash(doors.database.reader, hashed(token), now=doors.clock.now())
    if found is None or found.status is not UserStatus.ACTIVE:
        return None
    return Viewer(
        user_id=found.user_id,
        role=found.role,
        is_verified=found.email_verified_at is not None,
        mentor_id=found.mentor_id,
        session_id=found.session_id,
    )


async def still_allowed(desk: Desk) -> bool:
    """Whether the viewer may go on listening: their session has not ended, and they are what they were."""
    viewer = desk.viewer
    if viewer is None:
        return True
    now = desk.doors.clock.now()
    found = await sessions.by_key(desk.reader, viewer.session_id, now=now) if viewer.session_id else None
    return found is not None and found.status is UserStatus.ACTIVE and found.role is viewer.role
