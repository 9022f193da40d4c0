"""A service in the sandbox, which may send to this machine, and a receiver there."""

from collections.abc import AsyncIterator

import pytest

from mentorhub.settings import Settings
from tests.api import Api
from tests.bookings.scene import Scene, a_scene
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def house_settings(house_settings: Settings) -> Settings:
    return house_settings.model_copy(update={"sandbox": "on", "webhook_allow": ("127.0.0.0/8",)})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
async def scene(api: Api) -> Scene:
    return await a_scene(api)
