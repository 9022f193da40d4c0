"""Two instants with a meaning of their own."""

from datetime import UTC, datetime
from typing import Final

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Later than everything: sorts what will not come behind all that will."""
ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Earlier than everything."""
