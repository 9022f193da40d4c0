"""Every field of every type, on every way to it from the root that is not too long: none of them is a fault of ours."""

from collections.abc import Iterator

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from mentorhub.schema import build_engine
from tests.api import Api
from tests.schema import world
from tests.schema.world import World

_DEPTH = 5
_FEW = "first: 2"
SCHEMA: GraphQLSchema = build_engine().schema


def ways(owner: GraphQLObjectType, depth: int) -> Iterator[str]:
    """Selections on *owner*: all leaves of each object that is reached, one way at a time."""
    leaves = [
        _asked(name, field) for name, field in owner.fields.items() if _is_leaf(field) and _is_free(field)
    ]
    yield "{ " + " ".join(["__typename", *leaves]) + " }"
    if depth:
        for name, field in owner.fields.items():
            if not _is_leaf(field) and _is_free(field):
                for kind, within in _within(field.type):
                    for selection in ways(within, depth - 1):
                        inner = f"{{ {kind} {selection} }}" if kind else selection
                        yield f"{{ {_asked(name, field)} {inner} }}"


def _within(type_: GraphQLOutputType) -> Iterator[tuple[str, GraphQLObjectType]]:
    named = get_named_type(type_)
    if isinstance(named, GraphQLObjectType):
        yield "", named
    elif isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
        for each in SCHEMA.get_possible_types(named):
            yield f"... on {each.name}", each


def _is_leaf(field: GraphQLField) -> bool:
    return is_leaf_type(get_named_type(field.type))


def _is_free(field: GraphQLField) -> bool:
    return not any(is_required_argument(each) for each in field.args.values())


def _asked(name: str, field: GraphQLField) -> str:
    return f"{name}({_FEW})" if "first" in field.args else name


async def test_no_field_is_a_fault_of_ours_on_any_way_to_it(api: Api) -> None:
    built: World = await world.built(api)
    assert SCHEMA.query_type is not None
    texts = list(ways(SCHEMA.query_type, _DEPTH))
    own = [text for text in texts if text.startswith("{ viewer ")]
    answered, faults = 0, []

    for name, asked in (("superadmin", texts), ("mentor", own), ("mentee", own)):
        for text in asked:
            answer = await api.ask(text, built.viewers[name])
            answered += answer.data is not None and not answer.errors
            if "INTERNAL" in answer.codes:
                faults.append((name, text))

    assert faults == []
    assert answered > len(texts) // 2
