"""What administrators see first: the dashboard."""

from typing import NamedTuple

from mentorhub.db import figures
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk


class Dashboard(NamedTuple):
    total_mentors: int
    approved_mentors: int
    pending_mentors: int
    total_users: int
    total_bookings: int
    pending_bookings: int
    open_incidents: int
    open_tickets: int
    average_rating: float | None


async def dashboard(desk: Desk) -> Dashboard:
    """The kept figures; a pending booking that nobody answered in time is none any more. For administrators."""
    access.admin(desk)
    kept = await figures.all_figures(desk.reader, now=desk.now)
    approved, pending = kept.get("mentors_approved", 0), kept.get("mentors_pending", 0)
    ratings = kept.get("rating_count", 0)
    return Dashboard(
        total_mentors=approved + pending,
        approved_mentors=approved,
        pending_mentors=pending,
        total_users=kept.get("users", 0),
        total_bookings=kept.get("bookings", 0),
        pending_bookings=kept.get("bookings_pending", 0) - kept[figures.OVERDUE],
        open_incidents=kept.get("incidents_open", 0),
        open_tickets=kept.get("tickets_open", 0),
        average_rating=kept.get("rating_sum", 0) / ratings if ratings else None,
    )
