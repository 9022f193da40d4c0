"""Whose the credentials are that were shown lately: remembered for as long as a revocation may take to be known."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from mentorhub.patience import Patience
from mentorhub.resolvers.viewers import Viewer
from mentorhub.rules.keys import Key

LASTS: Final = 1.0
"""Seconds for which what was read is as good as reading it again, but for mutations."""
_MOST: Final = 10_000
_PATIENCE: Final = 5.0
"""Seconds."""


@dataclass(slots=True, eq=False)
class Identity:
    """The viewer whom a session or an access token stands for, as it was read."""

    viewer: Viewer
    key: Key
    """The session's or the access token's."""
    expires_at: datetime | None
    noted_at: datetime | None
    """When its use was last written down, or put down to be."""
    read_at: float = field(default_factory=time.monotonic)
    is_stale: bool = False
    """Whether this process has changed something of it since."""

    def is_good(self, *, now: datetime, seconds: float = LASTS) -> bool:
        """Whether it was read at most *seconds* ago, and holds at *now*."""
        return (
            not self.is_stale
            and time.monotonic() - self.read_at <= seconds
            and (self.expires_at is None or self.expires_at > now)
        )


class Identities:
    """Identities by the hash of what was shown, and by their key; and the uses of them that are to be written down."""

    def __init__(self) -> None:
        self.patience = Patience(_PATIENCE)
        """That the database has to say whose they are."""
        self._by_hash: dict[str, Identity] = {}
        self._by_key: dict[Key, Identity] = {}
        self.uses: dict[Key, datetime] = {}
        self._changes = 0

    @property
    def changes(self) -> int:
        """Rises with each `forget`: what was read before one must not be kept after it."""
        return self._changes

    def by_hash(self, hashed: str) -> Identity | None:
        return self._by_hash.get(hashed)

    def by_key(self, key: Key) -> Identity | None:
        return self._by_key.get(key)

    def keep(self, identity: Identity, *, hashed: str | None = None, since: int) -> None:
        """Keeps what was read when `changes` was *since*; not if something has changed meanwhile."""
        if since != self._changes:
            identity.is_stale = True
            return
        if not identity.viewer.is_verified:
            # The next thing they do is to verify their address, and to ask what that has changed.
            return
        for index, key in ((self._by_hash, hashed), (self._by_key, identity.key)):
            if key is not None:
                _put(index, key, identity)

    def forget(self, user_id: Key | None) -> None:
        """Has everything of a user read anew; of all users, where it is None."""
        self._changes += 1
        indexes: tuple[dict[str, Identity], dict[Key, Identity]] = (self._by_hash, self._by_key)
        for index in indexes:
            for key, identity in list(index.items()):
                if user_id is None or identity.viewer.user_id == user_id:
                    identity.is_stale = True
                    del index[key]  # type: ignore[arg-type]  # its own key

    def use(self, identity: Identity, *, at: datetime) -> None:
        """Puts down that *identity* was used."""
        identity.noted_at = at
        self.uses[identity.key] = at


def _put(index: dict[str, Identity] | dict[Key, Identity], key: str, identity: Identity) -> None:
    index[key] = identity  # type: ignore[index]  # a key is a text
    if len(index) > _MOST:
        del index[next(iter(index))]  # type: ignore[arg-type]  # its own key
