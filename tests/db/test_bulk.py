"""Loading much at once leaves a database as if row had come after row."""

import sqlite3

from mentorhub.seeding.loading import seed
from mentorhub.seeding.platform import Size

_TRIGGERS = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"
_OF_SEARCH = (("mentors", "mentor"), ("bookings", "booking"))


async def test_what_is_searched_in_sqlite_is_what_the_rows_say(sqlite_url: str) -> None:
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    before = connection.execute(_TRIGGERS).fetchall()

    await seed(sqlite_url, Size(mentors=30, users=100, bookings=300))

    assert connection.execute(_TRIGGERS).fetchall() == before
    for table, one in _OF_SEARCH:
        rows = connection.execute(f"SELECT id, search FROM {table} WHERE search IS NOT NULL").fetchall()
        numbered = connection.execute(
            f"SELECT {one}_id, words FROM {one}_search JOIN {one}_search_rows ON number = {one}_search.rowid"
        ).fetchall()
        assert len(rows) > 1
        assert sorted(numbered) == sorted(rows)
        for key, words in rows[:20]:
            found = connection.execute(
                f"SELECT {one}_id FROM {one}_search JOIN {one}_search_rows ON number = {one}_search.rowid "
                f"WHERE {one}_search MATCH ?",
                [f'"{words.split()[0]}"'],
            ).fetchall()
            assert (key,) in found
        connection.execute(f"INSERT INTO {one}_search ({one}_search) VALUES ('integrity-check')")
    connection.close()
