"""A copy of a SQLite database while others use it, and whether such a copy can be trusted."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from mentorhub.db.faults import said_plainly

_PAGES_AT_ONCE = 2_000


def copy(source: Path, to: Path, *, report: Callable[[int, int], None] = lambda done, of: None) -> None:
    """Copies *source* as it is at one instant; *report* is told pages done, and of how many. Blocks."""
    if not source.exists():
        msg = f"there is no database at {source}"
        raise FileNotFoundError(msg)
    with said_plainly(), closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(to)) as writing:
        # A read transaction: whoever writes meanwhile writes behind it.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(
            writing,
            pages=_PAGES_AT_ONCE,
            progress=lambda _, left, pages: report(pages - left, pages),
            sleep=0,
        )
        # One file, without a log beside it.
        writing.execute("PRAGMA journal_mode = DELETE")


def fault_of(path: Path) -> str | None:
    """What is wrong with the database at *path*; None if nothing is. Blocks."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            [(found,), *_] = connection.execute("PRAGMA integrity_check(1)").fetchall()
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        return str(error)
    if found != "ok":
        return str(found)
    return None if broken is None else f"a row of {broken[0]} refers to nothing"
