"""The API as it is printed: complete, described, and what is committed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    parse,
    validate,
)

from mentorhub.schema import build_schema as build

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").rglob("*.graphql"))


@pytest.fixture(scope="module")
def sdl() -> str:
    return build().as_str() + "\n"


@pytest.fixture(scope="module")
def schema(sdl: str) -> GraphQLSchema:
    return build_schema(sdl)


def test_the_committed_schema_is_the_one_of_the_code(sdl: str) -> None:
    assert (ROOT / "schema.graphql").read_text() == sdl, "run: make schema"


def test_everything_is_described(schema: GraphQLSchema) -> None:
    assert list(_undescribed(schema)) == []


def _undescribed(schema: GraphQLSchema) -> Iterator[str]:
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or name in {"String", "Int", "Float", "Boolean", "ID"}:
            continue
        if not type_.description:
            yield name
        if isinstance(type_, GraphQLEnumType):
            yield from (f"{name}.{key}" for key, value in type_.values.items() if not value.description)
        if isinstance(type_, GraphQLInputObjectType):
            yield from (f"{name}.{key}" for key, value in type_.fields.items() if not value.description)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for key, field in type_.fields.items():
                if not field.description:
                    yield f"{name}.{key}"
                yield from (
                    f"{name}.{key}({arg}:)" for arg, given in field.args.items() if not given.description
                )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_fits_the_schema(path: Path, schema: GraphQLSchema) -> None:
    document: DocumentNode = parse(path.read_text())

    assert validate(schema, document) == []
