"""The scene of bookings, and the service served for real, on each database."""

from collections.abc import AsyncGenerator

import pytest

from mentorhub.settings import Settings
from tests.bookings.conftest import scene
from tests.live.service import Live, living

__all__ = ["live", "scene"]


@pytest.fixture
async def live(house_settings: Settings) -> AsyncGenerator[Live, None]:
    async with living(house_settings) as opened:
        yield opened
