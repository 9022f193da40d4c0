"""Who may do what: asked here and nowhere else."""

from typing import Final

from mentorhub.db.bookings import BookingRow
from mentorhub.resolvers.desk import Desk, Viewer, Work
from mentorhub.rules.bookings import Hand
from mentorhub.rules.refusals import EmailUnverified, Forbidden, Unauthenticated
from mentorhub.rules.vocabulary import AccessScope

_SCOPES: Final = {
    "query": AccessScope.READ,
    "subscription": AccessScope.READ,
    "mutation": AccessScope.WRITE,
}


def may_operate(viewer: Viewer, operation: str) -> None:
    """Whether the viewer's access token, if it is one, is for a query, mutation or subscription. Raises Forbidden."""
    scope = _SCOPES[operation]
    if viewer.scopes is not None and scope not in viewer.scopes:
        raise Forbidden(f"This access token does not allow it: it lacks the scope {scope}.")


def signed_in(asked: Desk | Work) -> Viewer:
    """The viewer. Raises Unauthenticated."""
    if asked.viewer is None:
        raise Unauthenticated
    return asked.viewer


def verified(asked: Desk | Work) -> Viewer:
    """The viewer, whose email address is verified. Raises Unauthenticated, EmailUnverified."""
    viewer = signed_in(asked)
    if not viewer.is_verified:
        raise EmailUnverified
    return viewer


def in_person(asked: Desk | Work) -> Viewer:
    """The viewer, signed in by a session: what concerns an account's security refuses tokens. Raises Forbidden."""
    viewer = signed_in(asked)
    if viewer.session_id is None:
        raise Forbidden("An access token may not do this; please sign in.")
    return viewer


def admin(asked: Desk | Work) -> Viewer:
    """The viewer, an administrator. Raises Unauthenticated, Forbidden."""
    viewer = signed_in(asked)
    if not viewer.is_admin:
        raise Forbidden
    return viewer


def superadmin(asked: Desk | Work) -> Viewer:
    """The viewer, a superadmin. Raises Unauthenticated, Forbidden."""
    viewer = signed_in(asked)
    if not viewer.is_superadmin:
        raise Forbidden
    return viewer


def hand_on(viewer: Viewer | None, booking: BookingRow) -> Hand | None:
    """As what *viewer* sees *booking* and acts on it; None who does neither. A party is that before all else."""
    if viewer is None:
        return None
    if viewer.user_id == booking.mentee_id:
        return Hand.MENTEE
    if viewer.user_id == booking.mentor_user_id:
        return Hand.MENTOR
    return Hand.ADMIN if viewer.is_admin else None
