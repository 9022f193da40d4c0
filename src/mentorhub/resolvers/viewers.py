"""Who asks, and from where."""

from dataclasses import dataclass

from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import AccessScope, Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. With an access token *scopes* is what it allows; with a session it is None, which allows everything."""

    user_id: Key
    role: Role
    is_verified: bool
    mentor_id: Key | None = None
    """Their mentor profile, whatever its status."""
    session_id: Key | None = None
    token_id: Key | None = None
    scopes: frozenset[AccessScope] | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the administrators' part is open: by role, and by scope where a token is shown."""
        allowed = self.scopes is None or AccessScope.ADMIN in self.scopes
        return allowed and self.role is not Role.MEMBER

    @property
    def is_superadmin(self) -> bool:
        return self.is_admin and self.role is Role.SUPERADMIN


@dataclass(frozen=True, slots=True)
class Origin:
    """From where somebody asks, for sessions, back-off and the audit log."""

    address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None
