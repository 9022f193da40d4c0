"""A database whose statements and transactions are spans of whoever asked: stands before it where traces are wanted."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from mentorhub.db.database import Database, Reader, Transaction
from mentorhub.db.statements import Change, Statement
from mentorhub.tracing import Tracer

R = TypeVar("R")
T = TypeVar("T")

_LONGEST: Final = 4_000
_SYSTEM: Final = "db.system.name"
_TEXT: Final = "db.query.text"


class _TracedReader:
    def __init__(self, reader: Reader, tracer: Tracer, dialect: str) -> None:
        self._reader = reader
        self._tracer = tracer
        self._dialect = dialect

    def _span(self, statement: Statement[Any]) -> Any:
        return self._span_of(statement.on(self._dialect).text)

    def _span_of(self, text: str) -> Any:
        """The text of a statement has no values in it: those are bound."""
        name = f"statement {text.split(None, 1)[0]}"
        return self._tracer.part(name, **{_SYSTEM: self._dialect, _TEXT: text[:_LONGEST]})

    async def all(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> list[R]:
        with self._span(statement):
            return await self._reader.all(statement, limit=limit, **values)

    async def one(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> R | None:
        with self._span(statement):
            return await self._reader.one(statement, limit=limit, **values)


class _TracedTransaction(_TracedReader):
    def __init__(self, transaction: Transaction, tracer: Tracer, dialect: str) -> None:
        super().__init__(transaction, tracer, dialect)
        self._transaction = transaction

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        with self._span(statement):
            return await self._transaction.run(statement, **values)

    async def many(
        self, statement: Statement[Any], rows: Sequence[Mapping[str, Any]], /, *others: Change
    ) -> None:
        changes = [change for change in ((statement, rows), *others) if change[1]]
        if not changes:
            return
        with self._span_of("; ".join(self._text(*change) for change in changes)):
            await self._transaction.many(*changes[0], *changes[1:])

    def _text(self, statement: Statement[Any], rows: Sequence[Mapping[str, Any]]) -> str:
        compiled = statement.on(self._dialect)
        return (compiled.of_many if len(rows) > 1 else None) or compiled.text


class TracedDatabase(Database):
    def __init__(self, database: Database, tracer: Tracer) -> None:
        self._database = database
        self._tracer = tracer
        self.dialect = database.dialect
        self.reader: Reader = _TracedReader(database.reader, tracer, database.dialect)

    async def write(self, action: Callable[[Transaction], Awaitable[T]]) -> T:
        async def traced(transaction: Transaction) -> T:
            return await action(_TracedTransaction(transaction, self._tracer, self.dialect))

        with self._tracer.part("transaction", **{_SYSTEM: self.dialect}):
            return await self._database.write(traced)

    def stream(
        self, statement: Statement[R], /, *, size: int = 1000, **values: Any
    ) -> AsyncGenerator[list[R], None]:
        return self._database.stream(statement, size=size, **values)

    async def close(self) -> None:
        await self._database.close()
