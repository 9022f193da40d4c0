"""Every field and every viewer: what each sees is what `visibility` says, and it says something of every field."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from typing import Any, Final

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    build_schema,
    get_named_type,
    is_leaf_type,
)

from mentorhub.execution import Rejected
from mentorhub.schema import build_schema as build
from tests.accounts.test_photos import Sent
from tests.api import Api
from tests.schema import visibility, world
from tests.schema.world import World

SCHEMA: Final[GraphQLSchema] = build_schema(build().as_str())
DENIED: Final = {"UNAUTHENTICATED", "FORBIDDEN"}
FAULTS: Final = {"INTERNAL", "TIMEOUT", "UNAVAILABLE"}


def _objects() -> Iterator[GraphQLObjectType]:
    for name, kind in SCHEMA.type_map.items():
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            yield kind


def test_every_field_says_who_may_see_it() -> None:
    fields = {f"{kind.name}.{field}" for kind in _objects() for field in kind.fields}
    listed = list(visibility.listed())

    assert sorted(fields - set(listed)) == []
    assert sorted(set(listed) - fields) == []
    assert len(listed) == len(set(listed))


def test_everything_with_an_id_has_a_sample_of_its_own() -> None:
    node = SCHEMA.type_map["Node"]

    assert {kind.name for kind in _objects() if node in kind.interfaces} == set(visibility.NODES)


# ── Asking ────────────────────────────────────────────────────────────────────────────────────────

_WORDS: Final = {
    "ID": "user_x",
    "String": "x",
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "DateTime": "2026-03-10T10:00:00Z",
    "Date": "2026-03-10",
    "LocalTime": "10:00",
    "TimeZone": "UTC",
    "URL": "https://example.com",
    "EmailAddress": "somebody@example.com",
}


def _some(kind: GraphQLInputType) -> Any:
    """A value of *kind*: the least that is one."""
    if isinstance(kind, GraphQLNonNull):
        return _some(kind.of_type)
    if isinstance(kind, GraphQLList):
        return [_some(kind.of_type)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {
            name: _some(field.type)
            for name, field in kind.fields.items()
            if isinstance(field.type, GraphQLNonNull)
        }
    return Sent(b"") if kind.name == "Upload" else _WORDS[kind.name]


def _is_needed(argument: GraphQLArgument) -> bool:
    return isinstance(argument.type, GraphQLNonNull) and argument.default_value is Undefined


def _asked(name: str, field: GraphQLField, arguments: Mapping[str, Any]) -> tuple[str, str]:
    """A selection of *field* under the alias *name*, and the variables it declares."""
    needed = {key: argument for key, argument in field.args.items() if key in arguments}
    given = ", ".join(f"{key}: ${name}_{key}" for key in needed)
    declared = ", ".join(f"${name}_{key}: {argument.type}" for key, argument in needed.items())
    within = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    return f"{name}{f'({given})' if given else ''}{within}", declared


def _arguments(field: GraphQLField) -> dict[str, Any]:
    return {key: _some(argument.type) for key, argument in field.args.items() if _is_needed(argument)}


async def _one(world: World, kind: str, around: str, name: str, field: GraphQLField, viewer: str) -> Any:
    """The answer to a question for one field, in *around* the root: its value, or the codes of its errors."""
    arguments = _arguments(field)
    selection, declared = _asked(name, field, arguments)
    head = f"{kind} ({declared})" if declared else kind
    variables = {f"{name}_{key}": value for key, value in arguments.items()}
    return await world.api.ask(f"{head} {around % selection}", world.viewers[viewer], **variables)


@pytest.fixture
async def built(api: Api) -> World:
    return await world.built(api)


# ── Things with an id ─────────────────────────────────────────────────────────────────────────────


async def test_each_viewer_sees_of_each_thing_what_is_said_and_no_more(built: World) -> None:
    wrong = []
    for name, (sees, groups) in visibility.NODES.items():
        for viewer in visibility.EVERYBODY:
            wrong += [
                f"{viewer}: {fault}"
                async for fault in _faults_of_node(built, name, viewer, groups, is_seen=viewer in sees)
            ]

    assert not wrong, "\n".join(sorted(wrong))


async def _faults_of_node(
    built: World, name: str, viewer: str, groups: Mapping[frozenset[str], str], *, is_seen: bool
) -> Any:
    kind = SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    id_ = built.samples[name]
    answer = await built.api.ask(
        "query ($id: ID!) { node(id: $id) { __typename } }", built.viewers[viewer], id=id_
    )
    if (answer.data["node"] is not None) is not is_seen:
        yield f"{name} is {'not ' if is_seen else ''}seen"
        return
    if not is_seen:
        return
    every = frozenset.union(*groups)
    for audience, fields in groups.items():
        for field in fields.split():
            around = f'{{ node(id: "{id_}") {{ ... on {name} {{ %s }} }} }}'
            found = await _one(built, "query", around, field, kind.fields[field], viewer)
            node = found.data and found.data["node"]
            value = node[field] if node else None
            may = viewer in audience
            can_be_null = audience == every or f"{name}.{field}" in visibility.MAY_BE_NULL
            if may and (found.errors or (value is None and not can_be_null)):
                yield f"{name}.{field} is not seen: {found.codes}"
            if not may and value is not None:
                yield f"{name}.{field} is seen: {value}"
            if not may and not set(found.codes) <= DENIED:
                yield f"{name}.{field} fails: {found.codes}"


# ── Roots ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "around"), [("Query", "{ %s }"), ("Viewer", "{ viewer { %s } }"), ("Admin", "{ admin { %s } }")]
)
async def test_each_viewer_asks_what_is_said_and_no_more(built: World, name: str, around: str) -> None:
    kind = SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    wrong = []
    for audience, fields in visibility.ROOTS[name].items():
        for field in fields.split():
            for viewer in visibility.EVERYBODY:
                found = await _one(built, "query", around, field, kind.fields[field], viewer)
                is_denied = bool(set(found.codes) & DENIED) or (name == "Viewer" and viewer == "nobody")
                if is_denied is (viewer in audience) or set(found.codes) & FAULTS:
                    wrong.append(f"{viewer}: {name}.{field} answers {found.codes}")

    assert not wrong, "\n".join(sorted(wrong))


async def test_each_viewer_does_what_is_said_and_no_more(built: World) -> None:
    mutations = SCHEMA.mutation_type
    assert mutations is not None
    wrong = []
    for audience, fields in visibility.ROOTS["Mutation"].items():
        for field in fields.split():
            for viewer in visibility.EVERYBODY:
                found = await _one(built, "mutation", "{ %s }", field, mutations.fields[field], viewer)
                if bool(set(found.codes) & DENIED) is (viewer in audience) or set(found.codes) & FAULTS:
                    wrong.append(f"{viewer}: {field} answers {found.codes}")

    assert not wrong, "\n".join(sorted(wrong))


async def test_each_viewer_listens_to_what_is_said_and_no_more(built: World) -> None:
    subscriptions = SCHEMA.subscription_type
    assert subscriptions is not None
    wrong = []
    for audience, fields in visibility.ROOTS["Subscription"].items():
        for field in fields.split():
            told = await asyncio.gather(
                *(
                    _listening(built, field, subscriptions.fields[field], viewer)
                    for viewer in visibility.EVERYBODY
                )
            )
            for viewer, codes in zip(visibility.EVERYBODY, told, strict=True):
                if bool(set(codes) & DENIED) is (viewer in audience) or set(codes) & FAULTS:
                    wrong.append(f"{viewer}: {field} answers {codes}")

    assert not wrong, "\n".join(sorted(wrong))


async def _listening(built: World, name: str, field: GraphQLField, viewer: str) -> list[str]:
    """The codes with which a subscription is refused; none if it would go on."""
    arguments = _arguments(field) | (
        {"mentorId": built.samples["Mentor"]} if "mentorId" in field.args else {}
    )
    selection, declared = _asked(name, field, arguments)
    head = f"subscription ({declared})" if declared else "subscription"
    api = built.api
    context = api.context(built.viewers[viewer])
    try:
        answers = await api.engine.subscribe(
            api.engine.prepare(f"{head} {{ {selection} }}", None),
            {f"{name}_{key}": value for key, value in arguments.items()},
            context,
        )
        async with aclosing(answers):
            try:
                async with asyncio.timeout(0.25):
                    first = await anext(answers)
            except TimeoutError:
                return []
            return [(error.extensions or {})["code"] for error in first.errors or ()]
    except Rejected as rejected:
        return [(error.extensions or {})["code"] for error in rejected.errors]
