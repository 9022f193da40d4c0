"""Which revision a database has, told without the library that migrates."""

import asyncio
import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from mentorhub.db import mentors, migrations, revisions
from mentorhub.db.opening import open_database
from mentorhub.db.tables.mentors import expertise
from tests import rows


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


async def test_what_mentors_knew_before_it_was_kept_is_kept(database_url: str) -> None:
    database = await open_database(database_url)
    subjects = [{"name": name, "slug": name.lower()} for name in ("Rust", "Python", "Go")]
    known = await rows.add(database, expertise, *subjects)
    many, one, nothing = [await rows.mentor(database) for _ in range(3)]
    await rows.knowing(database, {many: known, one: known[:1]})
    await database.close()

    await asyncio.to_thread(migrations.downgrade, database_url, to="0005")
    await asyncio.to_thread(migrations.upgrade, database_url)

    database = await open_database(database_url)
    found = await mentors.by_keys(database.reader, [many, one, nothing])
    await database.close()
    kept = [found[key].expertise_ids for key in (many, one, nothing)]
    assert kept == [" ".join(sorted(known)), known[0], ""]


def test_where_there_is_no_file_there_is_no_revision_and_none_is_made(tmp_path: Path) -> None:
    path = tmp_path / "none.db"

    assert revisions.current(f"sqlite:///{path}") is None
    assert not path.exists()


def test_whoever_serves_carries_nothing_of_the_migrations() -> None:
    look = "import sys, mentorhub.app, mentorhub.cli, mentorhub.db.revisions; print('alembic' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
