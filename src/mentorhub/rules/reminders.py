"""When both parties are reminded of a session."""

from datetime import datetime, timedelta
from typing import Final

HOURS: Final = (24, 1)
"""Before the start; the mentor without a meeting URL is told with the first."""


def window(hours: int, *, now: datetime) -> tuple[datetime, datetime]:
    """Between which starts sessions are, whose reminder of *hours* is due *now*; the later reminder wins."""
    later = [timedelta(hours=each) for each in HOURS if each < hours]
    return now + max(later, default=timedelta()), now + timedelta(hours=hours)


def is_sent(hours: int, *, starts_at: datetime, agreed_at: datetime | None) -> bool:
    """Whether the time of the reminder had not passed when the session was agreed on."""
    return agreed_at is None or agreed_at <= starts_at - timedelta(hours=hours)
