"""The scene that tests of feedback play in: as that of bookings."""

from tests.bookings.conftest import scene

__all__ = ["scene"]
