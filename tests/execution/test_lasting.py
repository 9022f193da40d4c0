"""Lists that last are answered once, and each time as graphql-core answers them."""

import json
from typing import Any

import strawberry
from graphql import DocumentNode, parse

from mentorhub.execution import Engine, rows
from mentorhub.execution.keeping import KEPT_AS, Kept
from mentorhub.lasting import Lasting
from tests.execution.both import assert_agreement, both
from tests.execution.contexts import Context, type_of_info


class BookRow:
    def __init__(self, title: str | None, *, fails: bool = False) -> None:
        self._title = title
        self.fails = fails
        self.read = 0

    @property
    def title(self) -> str | None:
        self.read += 1
        if self.fails:
            msg = "worn off"
            raise ValueError(msg)
        return self._title


BORROWERS = {"Notes": ""}


def _borrower(root: Any, info: type_of_info) -> str:
    return BORROWERS[root.title]


@strawberry.type
@rows(BookRow)
class Book:
    title: str
    borrower: str | None = strawberry.field(resolver=_borrower)


class ShelfRow:
    def __init__(self, *books: BookRow) -> None:
        self.books = Lasting(books)


@strawberry.type
@rows(ShelfRow)
class Shelf:
    books: list[Book | None]


@strawberry.type
class Query:
    @strawberry.field
    def shelves(self) -> list[Shelf]:
        return SHELVES


SHELVES: list[Any] = []
SCHEMA = strawberry.Schema(Query)._schema
SCHEMA.extensions[KEPT_AS] = Kept(lambda answer: (answer, 1))


async def ask(document: DocumentNode, *shelves: ShelfRow) -> Any:
    SHELVES[:] = shelves
    answers = await both(SCHEMA, document)
    await assert_agreement(answers)
    assert answers.was_compiled
    return answers.compiled


async def test_what_has_been_answered_is_not_asked_again() -> None:
    book = BookRow("Notes")
    shelf, document = ShelfRow(book, book), parse("{ shelves { books { __typename title } } }")

    for _ in range(3):
        result = await ask(document, shelf, ShelfRow(), shelf)
        whole = [{"__typename": "Book", "title": "Notes"}] * 2
        assert result.data == {"shelves": [{"books": whole}, {"books": []}, {"books": whole}]}

    # Four by graphql-core each time, and four by the plan once.
    assert book.read == 4 * 3 + 4


async def test_what_failed_is_asked_again() -> None:
    worn, document = BookRow("Notes", fails=True), parse("{ shelves { books { title } } }")
    kept, shelf = ShelfRow(BookRow("Letters")), ShelfRow(worn, BookRow(None))

    first = await ask(document, kept, shelf)
    worn.fails = False
    second = await ask(document, kept, shelf)

    assert first.data == {"shelves": [{"books": [{"title": "Letters"}]}, {"books": [None, None]}]}
    assert [error.message for error in first.errors] == [
        "worn off",
        "Cannot return null for non-nullable field Book.title.",
    ]
    assert second.data["shelves"][1] == {"books": [{"title": "Notes"}, None]}
    assert len(second.errors) == 1


async def test_what_depends_on_more_than_its_object_is_asked_each_time() -> None:
    shelf, document = ShelfRow(BookRow("Notes")), parse("{ shelves { books { title borrower } } }")

    for name in "Ada", "Ben":
        BORROWERS["Notes"] = name
        result = await ask(document, shelf)
        assert result.data == {"shelves": [{"books": [{"title": "Notes", "borrower": name}]}]}


async def test_an_answer_is_kept_as_whoever_encodes_it_takes_it() -> None:
    SHELVES[:] = [ShelfRow(BookRow("Notes")), ShelfRow()]
    engine = Engine(strawberry.Schema(Query), kept_as=lambda answer: (json.dumps(answer), 1))
    prepared = engine.prepare("{ shelves { books { title } } }")

    results: list[Any] = [await engine.execute(prepared, None, Context()) for _ in range(3)]

    first, *others = [result.data["shelves"] for result in results]
    assert first == [{"books": [{"title": "Notes"}]}, {"books": []}]
    assert others == [[{"books": '[{"title": "Notes"}]'}, {"books": "[]"}]] * 2
    assert {result.fields for result in results} == {4}


async def test_each_document_is_given_its_own_answer() -> None:
    shelf = ShelfRow(BookRow("Notes"))
    documents = {name: parse(f"{{ shelves {{ books {{ {name}: title }} }} }}") for name in "abcdefg"}

    for _ in range(2):
        for name, document in documents.items():
            result = await ask(document, shelf)
            assert result.data == {"shelves": [{"books": [{name: "Notes"}]}]}


def test_no_more_bytes_are_kept_than_there_is_room_for() -> None:
    kept = Kept(lambda answer: (answer, len(answer)), most=20_000, largest=5_000)
    mark, lists = object(), [Lasting([number]) for number in range(50)]

    for list_ in lists:
        kept.keep(mark, list_, "x" * 4_000)
        assert kept.answer(mark, list_) == "x" * 4_000
        assert kept.bytes <= 20_000
    kept.keep(mark, lists[0], "x" * 5_001)

    assert sum(kept.answer(mark, list_) is not None for list_ in lists) <= 5
    assert kept.answer(mark, lists[0]) is None
    assert kept.answer(object(), lists[-1]) is None
    assert kept.answer(mark, Lasting([49])) is None
