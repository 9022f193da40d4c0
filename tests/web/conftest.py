"""One served house for the tests of a module, and another for whoever needs it with limits of its own."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.web.serving import Door, knocking


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_door() -> AsyncGenerator[Door, None]:
    async with knocking() as door:
        yield door


@pytest.fixture
def door(shared_door: Door) -> Door:
    """The module's server, its house as if nobody had been there."""
    house = shared_door.house
    house.approaches.clear()
    house.files.clear()
    house.revoked.clear()
    house.why = None
    house.faults = {"database": None}
    shared_door.http.cookies.clear()
    return shared_door
