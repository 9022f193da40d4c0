"""What an operator is told when the database cannot be used: one sentence, whichever library said so."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError


class DatabaseUnusable(OSError):  # noqa: N818 -- an answer to the operator
    """The database is not there, not reachable, or not what it should be."""


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turns what drivers and libraries raise within into DatabaseUnusable."""
    try:
        yield
    except DBAPIError as error:
        raise DatabaseUnusable(_sentence(error.orig or error)) from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error) as error:
        raise DatabaseUnusable(_sentence(error)) from error


def _sentence(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"the database cannot be used: {lines[0].rpartition('>: ')[2]}"
