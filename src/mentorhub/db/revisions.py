"""Which revision a database has, and which this code needs: told without Alembic, for which serving has no use."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import asyncpg

from mentorhub.db.faults import said_plainly

_VERSIONS: Final = Path(__file__).parent / "migrations" / "versions"
_FOUND: Final = "SELECT version_num FROM alembic_version"


def newest() -> str:
    """The revision that this code needs."""
    return max(_known())


def before(revision: str) -> set[str]:
    """The revisions that this code knows to be older than *revision*."""
    return {known for known in _known() if known < revision}


def _known() -> set[str]:
    """Each file of a migration begins with the number of its own."""
    return {path.stem.partition("_")[0] for path in _VERSIONS.glob("[0-9]*.py")}


def current(url: str) -> str | None:
    """The revision of the database at *url*; None where it is empty. Blocks; not for the event loop."""
    with said_plainly():
        if url.startswith("sqlite"):
            return _of_sqlite(Path(url.removeprefix("sqlite:///")))
        return asyncio.run(_of_postgresql(url))


def _of_sqlite(path: Path) -> str | None:
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as connection:
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        }
        row = connection.execute(_FOUND).fetchone() if "alembic_version" in tables else None
        return row[0] if row else None


async def _of_postgresql(url: str) -> str | None:
    connection = await asyncpg.connect(url)
    try:
        found: str | None = await connection.fetchval(_FOUND)
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return found
