"""Opening the door: which database it is, the URL says."""

from mentorhub.db.database import Database
from mentorhub.db.faults import said_plainly
from mentorhub.db.postgresql import PostgreSQL
from mentorhub.db.sqlite import SQLite


async def open_database(url: str, *, pool_size: int = 10) -> Database:
    """The database at *url*: `sqlite:///path` or `postgresql://…`.

    Raises ValueError for another URL, OSError where it cannot be reached.
    """
    with said_plainly():
        if url.startswith("sqlite:///"):
            return SQLite.open(url.removeprefix("sqlite:///"))
        if url.startswith(("postgresql://", "postgres://")):
            return await PostgreSQL.open(url, pool_size=pool_size)
    msg = "the database URL must start with sqlite:/// or postgresql://"
    raise ValueError(msg)
