"""The door to the database: the same face for SQLite and for PostgreSQL.

Reads run one statement each on `database.reader`; every write is one transaction, `await database.write(action)`,
which is tried again when the database had to give way to another.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from mentorhub.db.statements import Change, Statement

R = TypeVar("R")
T = TypeVar("T")


class Reader(Protocol):
    """Something that answers statements."""

    async def all(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> list[R]:
        """Every row of *statement*; *limit* stands where it says `LIMITED`."""
        ...

    async def one(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> R | None:
        """The first row of *statement*, or None."""
        ...


class Transaction(Reader, Protocol):
    """An open transaction: reads see its own writes."""

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        """How many rows *statement* wrote. Raises `Violated` where a constraint forbids it."""
        ...

    async def many(
        self, statement: Statement[Any], rows: Sequence[Mapping[str, Any]], /, *others: Change
    ) -> None:
        """Runs *statement* once for each of *rows*, in one go: where it minds conflicts, no two rows may be in one.

        *others* are done in the same go, after it, in any order: INSERTs as it is, that look at nothing of each other.
        """
        ...


class Database(Protocol):
    reader: Reader
    dialect: str
    """"postgresql" or "sqlite"."""

    async def write(self, action: Callable[[Transaction], Awaitable[T]]) -> T:
        """Runs *action* in a transaction and commits; what it raises rolls everything back.

        *action* may run again, in a new transaction, after a deadlock: it must do nothing else than write here.
        """
        ...

    def stream(
        self, statement: Statement[R], /, *, size: int = 1000, **values: Any
    ) -> AsyncGenerator[list[R], None]:
        """The rows of *statement* in batches of *size*, from one snapshot, at constant memory."""
        ...

    async def close(self) -> None: ...


class Violated(Exception):  # noqa: N818 -- an answer of the database
    """The database refused a write; *constraint* is the name of what it would have broken."""

    def __init__(self, constraint: str) -> None:
        self.constraint = constraint
        super().__init__(constraint)
