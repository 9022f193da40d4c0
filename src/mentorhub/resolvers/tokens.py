"""Access tokens: for programs that act for somebody."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from mentorhub.db import locks, tokens
from mentorhub.db.tokens import AccessTokenRow
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.rules import texts
from mentorhub.rules.accounts import LONGEST_NAME, MOST_ACCESS_TOKENS, scopes
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Invalid, NotFound
from mentorhub.rules.secrets import ACCESS_TOKEN_PREFIX, hashed, new_secret
from mentorhub.rules.vocabulary import AccessScope


async def create(
    work: Work, *, name: str, allowed: Sequence[AccessScope], expires_at: datetime | None = None
) -> tuple[AccessTokenRow, str]:
    """A new access token of the viewer, and the secret that stands for it, which is told this once."""
    viewer = access.in_person(work)
    faults = Faults()
    name = faults.check(texts.name, name, field="name", at_most=LONGEST_NAME)
    given = faults.check(scopes, list(allowed), is_admin=viewer.is_admin)
    if expires_at is not None and expires_at <= work.now:
        faults.add(Invalid("It would have expired already.", field="expires_at"))
    faults.tell()
    await locks.hold(work.transaction, viewer.user_id)
    if await tokens.count_access(work.reader, viewer.user_id, now=work.now) >= MOST_ACCESS_TOKENS:
        raise Invalid(f"You have {MOST_ACCESS_TOKENS} access tokens; please revoke one first.")
    secret = new_secret(ACCESS_TOKEN_PREFIX)
    row = await tokens.add_access(
        work.transaction,
        user_id=viewer.user_id,
        name=name,
        scopes=[AccessScope(scope) for scope in given],
        token_hash=hashed(secret),
        at=work.now,
        expires_at=expires_at,
    )
    return row, secret


async def revoke(work: Work, *, access_token_id: Key) -> Key:
    """Ends one of the viewer's access tokens."""
    viewer = access.in_person(work)
    if not await tokens.revoke_access(work.transaction, access_token_id, user_id=viewer.user_id):
        raise NotFound(field="access_token_id")
    work.know_anew(viewer.user_id)
    return access_token_id


async def of_viewer(desk: Desk) -> list[AccessTokenRow]:
    """The viewer's access tokens, newest first."""
    return await tokens.access_of(desk.reader, access.in_person(desk).user_id, now=desk.now)


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, AccessTokenRow]:
    """Those of *keys* that are the viewer's, if they have come themselves."""
    viewer = desk.viewer
    if viewer is None or viewer.session_id is None:
        return {}
    return await tokens.own_access(desk.reader, keys, user_id=viewer.user_id, now=desk.now)
