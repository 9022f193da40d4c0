"""Who uses what will go: found in the document, and counted; tests/test_logs.py sees it written down."""

from typing import Any

import pytest
import strawberry

from mentorhub.execution import Engine
from mentorhub.web.metrics import Metrics
from mentorhub.web.served import Served

SOON = "Use name. Goes on 2027-06-01."


@strawberry.type
class Person:
    name: str = "Ada"
    title: str = strawberry.field(default="Countess", deprecation_reason=SOON)


@strawberry.type
class Query:
    @strawberry.field
    def person(self, by: str = "", old: str = "") -> Person:
        return Person()


SCHEMA = strawberry.Schema(Query)
SCHEMA._schema.query_type.fields["person"].args["old"].deprecation_reason = SOON  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("{ person { name } }", ()),
        ("{ person { title } }", ("Person.title",)),
        (
            "{ person { ...A } } fragment A on Person { ...B } fragment B on Person { t: title }",
            ("Person.title",),
        ),
        ('{ person(old: "x") { name } }', ("Query.person(old:)",)),
        (
            "query($o: String) { a: person(old: $o) { title } b: person { title } }",
            ("Person.title", "Query.person(old:)"),
        ),
    ],
)
def test_what_is_deprecated_is_found_wherever_it_stands(text: str, used: tuple[str, ...]) -> None:
    assert Engine(SCHEMA).prepare(text).deprecated == used


def test_only_the_operation_that_is_executed_counts() -> None:
    text = "query A { person { name } } query B { person { title } }"

    engine = Engine(SCHEMA)

    assert engine.prepare(text, "A").deprecated == ()
    assert engine.prepare(text, "B").deprecated == ("Person.title",)


async def test_each_use_is_counted() -> None:
    async def no_others() -> list[Any]:
        return []

    metrics, served = Metrics(no_others), Served("r-1", "http", status=200)
    served.reads(Engine(SCHEMA).prepare("{ person { title } }"))

    metrics(served)
    metrics(served)

    assert b'mentorhub_deprecated_fields_total{field="Person.title"} 2.0' in await metrics.text()
