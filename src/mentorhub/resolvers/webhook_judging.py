"""Who a fact may be told to by webhook: judged when it is written down for delivery, and again at each try."""

from collections.abc import Sequence

from mentorhub.db import mentors
from mentorhub.db.database import Reader
from mentorhub.db.facts import FactRow
from mentorhub.db.webhooks import OwnedRow
from mentorhub.resolvers.viewers import Viewer
from mentorhub.rules.keys import Key
from mentorhub.rules.webhooks import TOPICS, hears


async def concerned_by(reader: Reader, told: Sequence[FactRow]) -> dict[Key, set[Key]]:
    """The users whom each of *told* concerns: a session's two parties, whoever applied as a mentor."""
    profiles = await mentors.by_keys(reader, list({row.mentor_id for row in told if row.mentor_id}))
    owners = {key: profile.user_id for key, profile in profiles.items()}
    return {
        row.id: {key for key in (row.user_id, owners.get(row.mentor_id or row.subject_id)) if key}
        for row in told
    }


def may_hear(webhook: OwnedRow, row: FactRow, concerned: set[Key]) -> bool:
    """Whether *webhook* is to be told of *row*: it was asked for, and its owner may know."""
    viewer = viewer_of(webhook)
    return TOPICS[row.kind] in webhook.topics and hears(
        viewer.user_id, is_admin=viewer.is_admin, concerned=concerned
    )


def viewer_of(webhook: OwnedRow) -> Viewer:
    """As whom *webhook* hears: its owner, with no more than the token allows that it was made with."""
    return Viewer(
        user_id=webhook.user_id,
        role=webhook.role,
        is_verified=webhook.email_verified_at is not None,
        mentor_id=webhook.mentor_id,
        token_id=webhook.token_id,
        scopes=frozenset(webhook.scopes or ()) if webhook.token_id else None,
    )
