"""What a document asks below a field, for resolvers that can bring more than they are asked for in one go."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Self

import strawberry
from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, value_from_ast_untyped


class Asked:
    """Fields that may be asked of the objects of a field, whatever their type, and skipped or not.

    Only the level that is looked at is gathered, and each fragment in it once.
    """

    def __init__(self, nodes: Iterable[FieldNode], fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.nodes = nodes
        self._fragments = fragments
        self._found: dict[tuple[str, ...], Self] = {}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the fields, as the schema has them."""
        return frozenset(self._fields)

    def at(self, *paths: str) -> Self:
        """What may be asked of the objects at all of *paths*, names with dots between: `at("nodes", "edges.node")`."""
        found = self._found.get(paths)
        if found is None:
            nodes: list[FieldNode] = []
            for path in paths:
                name, _, rest = path.partition(".")
                nodes += self.at(name).at(rest).nodes if rest else self._fields.get(name, ())
            found = self._found[paths] = type(self)(nodes, self._fragments)
        return found

    def given(self, name: str, variables: dict[str, Any]) -> list[dict[str, Any]]:
        """What each field *name* is given: arguments by the schema's names, as they are written and not checked."""
        return [
            {each.name.value: value_from_ast_untyped(each.value, variables) for each in node.arguments or ()}
            for node in self._fields.get(name, ())
        ]

    @cached_property
    def _fields(self) -> dict[str, list[FieldNode]]:
        fields: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        waiting: list[Any] = [node.selection_set for node in self.nodes if node.selection_set]
        while waiting:
            for selection in waiting.pop().selections:
                if isinstance(selection, FieldNode):
                    fields.setdefault(selection.name.value, []).append(selection)
                elif isinstance(selection, FragmentSpreadNode):
                    name = selection.name.value
                    if name not in seen and name in self._fragments:
                        seen.add(name)
                        waiting.append(self._fragments[name].selection_set)
                else:
                    waiting.append(selection.selection_set)
        return fields


def asked(info: strawberry.Info[Any, Any]) -> Asked | None:
    """What is asked of the values of a field; None where that is not known: then anything may be.

    Plans know it. What it leads to must be the same answer by another way, since graphql-core's executor does not.
    """
    known: Asked | None = getattr(info._raw_info, "asked", None)  # noqa: SLF001  # the only way to it
    return known
