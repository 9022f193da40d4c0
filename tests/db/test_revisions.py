"""Which revision a database has, told without the library that migrates."""

import asyncio
import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from mentorhub.db import migrations, revisions


def test_the_newest_revision_is_the_head_of_the_migrations() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))

    assert revisions.newest() == scripts.get_current_head()


async def test_the_revision_of_a_database_is_found(database_url: str) -> None:
    found = await asyncio.to_thread(revisions.current, database_url)
    await asyncio.to_thread(migrations.downgrade, database_url, to="0001")
    older = await asyncio.to_thread(revisions.current, database_url)
    await asyncio.to_thread(migrations.downgrade, database_url, to="base")
    emptied = await asyncio.to_thread(revisions.current, database_url)

    assert (found, older, emptied) == (revisions.newest(), "0001", None)


def test_where_there_is_no_file_there_is_no_revision_and_none_is_made(tmp_path: Path) -> None:
    path = tmp_path / "none.db"

    assert revisions.current(f"sqlite:///{path}") is None
    assert not path.exists()


def test_whoever_serves_carries_nothing_of_the_migrations() -> None:
    look = "import sys, mentorhub.app, mentorhub.cli, mentorhub.db.revisions; print('alembic' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
