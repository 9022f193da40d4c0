"""The whole service on a real port, with limits that an attack reaches soon, and a second client who watches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from mentorhub.app import House, Service
from mentorhub.settings import Settings
from mentorhub.web.limits import Limits
from tests.attacks.standing import Standing
from tests.web.serving import serving


@asynccontextmanager
async def standing(settings: Settings, limits: Limits | None = None) -> AsyncIterator[Standing]:
    service = Service(House(settings), limits=limits)
    async with (
        serving(service.app, farewell=service.farewell) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http,
    ):
        yield Standing(service, port, http)


@pytest.fixture
async def narrow(house_settings: Settings) -> AsyncIterator[Standing]:
    """A hundred points, one restored in a second."""
    async with standing(house_settings.model_copy(update={"rate_points": 100, "rate_restored": 1})) as stood:
        yield stood


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough here: what is attacked stands in front of it."""
    return sqlite_url
