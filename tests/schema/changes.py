"""What a change of the schema does to clients, and whether it was announced."""

import re
from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    is_interface_type,
    is_object_type,
)

_LISTED = re.compile(r"^- \d{4}-\d{2}-\d{2}: (.+)$", re.MULTILINE)
_ANNOUNCED = re.compile(r"\S.*\. Goes on \d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\.")


def breaking(released: str, current: str) -> set[str]:
    """What would break operations that were written for the schema *released*."""
    before, after = build_schema(released), build_schema(current)
    return {change.description for change in find_breaking_changes(before, after)}


def listed(document: str) -> set[str]:
    """The changes that *document* lists, each with its day."""
    return set(_LISTED.findall(document))


def unannounced(sdl: str) -> set[str]:
    """What is deprecated without saying what to use instead, and until when it stays."""
    return {
        name
        for name, reason in _deprecations(build_schema(sdl))
        if reason is not None and not _ANNOUNCED.fullmatch(reason)
    }


def _deprecations(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """The reason of everything that can be deprecated."""
    for name, type_ in schema.type_map.items():
        if is_object_type(type_) or is_interface_type(type_):
            for key, field in type_.fields.items():
                yield f"{name}.{key}", field.deprecation_reason
                yield from (
                    (f"{name}.{key}({arg}:)", given.deprecation_reason) for arg, given in field.args.items()
                )
        elif isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{name}.{key}", value.deprecation_reason) for key, value in type_.fields.items())
        elif isinstance(type_, GraphQLEnumType):
            yield from ((f"{name}.{key}", value.deprecation_reason) for key, value in type_.values.items())
