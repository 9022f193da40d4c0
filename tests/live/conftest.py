from collections.abc import AsyncGenerator

import pytest

from mentorhub.settings import Settings
from tests.bookings.conftest import scene
from tests.live.service import Live, living

__all__ = ["live", "scene"]


@pytest.fixture
async def live(house_settings: Settings) -> AsyncGenerator[Live, None]:
    """The service on each database, on a port of its own."""
    async with living(house_settings) as opened:
        yield opened
