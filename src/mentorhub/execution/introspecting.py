"""How long the lists of an introspection are: of this very schema, since no argument says so."""

from math import ceil
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
)


def sizes_of(schema: GraphQLSchema) -> dict[str, int]:
    """By the name of an introspection field: how many items it has, on an average type where each has its own."""
    types = list(schema.type_map.values())
    fields = [
        field
        for each in types
        if isinstance(each, GraphQLObjectType | GraphQLInterfaceType)
        for field in each.fields.values()
    ]
    each_type = {
        "fields": len(fields),
        "inputFields": sum(len(each.fields) for each in types if isinstance(each, GraphQLInputObjectType)),
        "enumValues": sum(len(each.values) for each in types if isinstance(each, GraphQLEnumType)),
        "interfaces": _listed(types, "interfaces"),
        "possibleTypes": _listed(types, "interfaces") + _listed(types, "types"),
    }
    return {
        "types": len(types),
        "directives": len(schema.directives),
        "args": ceil(sum(len(field.args) for field in fields) / max(1, len(fields))),
        **{name: ceil(total / len(types)) for name, total in each_type.items()},
    }


def _listed(types: list[Any], name: str) -> int:
    return sum(len(getattr(each, name, ())) for each in types)
