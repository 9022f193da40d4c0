"""The scene that tests of bookings play in, on each database; whatever they do, what is kept must add up afterwards."""

from collections.abc import AsyncIterator

import pytest

from tests.api import Api
from tests.bookings.scene import Scene, a_scene
from tests.recount import ACCOUNTS, faults


@pytest.fixture
async def scene(api: Api) -> AsyncIterator[Scene]:
    made = await a_scene(api)
    yield made
    assert await faults(api.house.doors.database, now=api.clock.now(), ignoring=ACCOUNTS) == []
