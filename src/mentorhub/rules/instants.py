"""Two instants with a meaning of their own, and how instants are written down."""

from datetime import UTC, datetime
from typing import Final

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Later than everything: sorts what will not come behind all that will."""
ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Earlier than everything."""


def written(instant: datetime) -> str:
    """*instant*, aware, as RFC 3339 in UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
