"""The whole service on a real port, with limits that an attack reaches soon, and a second client who watches."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from mentorhub.app import Service
from mentorhub.house import House
from mentorhub.passwords import Passwords
from mentorhub.settings import Settings
from mentorhub.web.limits import Limits
from tests.api import WEAK_HASHES
from tests.attacks.leaks import HEARD, hear, leaks
from tests.attacks.standing import Standing
from tests.web.serving import PLAIN, serving

CLIENT = "https://client.example"


async def _heard(response: httpx.Response) -> None:
    body = await response.aread()
    hear(body if response.status_code >= 400 or b'"errors"' in body else b"", response.headers)


@asynccontextmanager
async def standing(settings: Settings, limits: Limits | None = None) -> AsyncIterator[Standing]:
    service = Service(House(settings, passwords=Passwords(WEAK_HASHES)), limits=limits)
    async with (
        serving(service.app, farewell=service.farewell) as port,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            timeout=30,
            verify=PLAIN,
            limits=httpx.Limits(max_keepalive_connections=0),
            event_hooks={"response": [_heard]},
        ) as http,
    ):
        yield Standing(service, port, http)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def service(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    """The module's: nobody is charged, and pages of one other origin may come."""
    folder = tmp_path_factory.mktemp("attacked")
    shutil.copy(sqlite_template, folder / "mentorhub.db")
    settings = Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder / 'mentorhub.db'}",
        mail_url=f"file:{folder / 'mail'}",
        media_url=f"file:{folder / 'media'}",
        secret=SecretStr("a secret of the tests, and long enough"),
        allowed_origins=(CLIENT,),
        rate_limits="off",
        jobs="off",
    )
    async with standing(settings) as stood:
        yield stood


@pytest.fixture
async def narrow(house_settings: Settings) -> AsyncIterator[Standing]:
    """A hundred points, one restored in a second."""
    async with standing(house_settings.model_copy(update={"rate_points": 100, "rate_restored": 1})) as stood:
        yield stood


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough here: what is attacked stands in front of it."""
    return sqlite_url


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """Holds of every attack: no answer tells what we are made of."""
    HEARD.clear()
    yield
    assert list(leaks()) == []
