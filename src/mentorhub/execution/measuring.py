"""Measures an operation before it is validated: how deep, how wide, how dear.

Each fragment is measured once (for each page size handed into it), however often it is spread; so fragments that
double each other cost nothing to measure. The document may still be wrong in every way that the parser lets pass.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    introspection_types,
    is_composite_type,
    value_from_ast_untyped,
)

from .costs import MOST_PRODUCTS, NOTHING, ONE, Cost, Size, size_of_value
from .introspecting import sizes_of
from .limits import Limits

DEEPEST = 100
"""Selection sets nested deeper are not looked into: they are too deep in any case."""

INTROSPECTION = {"__schema", "__type"}
_META_TYPES = introspection_types.keys()


class Measure(NamedTuple):
    """Of one selection set, fragments included; introspection is measured apart."""

    fields: int = 0
    depth: int = 0
    aliases: int = 0
    cost: Cost = NOTHING
    introspection_depth: int = 0
    introspection_cost: Cost = NOTHING

    def plus(self, other: "Measure") -> "Measure":
        return Measure(
            self.fields + other.fields,
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.cost.plus(other.cost),
            max(self.introspection_depth, other.introspection_depth),
            self.introspection_cost.plus(other.introspection_cost),
        )


class Measuring:
    """The measuring of one document."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], limits: Limits
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._limits = limits
        self._known: dict[tuple[str, Size | None], Measure] = {}
        self._introspected: dict[str, int] | None = None

    def operation(self, operation: OperationDefinitionNode) -> Measure:
        root = self._schema.get_root_type(operation.operation)
        return self._selections(operation.selection_set, root, None, 0)

    def _selections(self, node: SelectionSetNode, parent: Any, page: Size | None, above: int) -> Measure:
        """*page* is the size given to the field above, when that is not a list itself but holds one."""
        if above > DEEPEST:
            return Measure(depth=DEEPEST)
        total = Measure()
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                measure = self._field(selection, parent, page, above)
            elif isinstance(selection, InlineFragmentNode):
                within = self._condition(selection, parent)
                measure = self._selections(selection.selection_set, within, page, above + 1)
            else:
                measure = self._fragment(selection.name.value, page, above)  # type: ignore[attr-defined]  # a spread
            total = total.plus(measure)
        if len(total.cost.products) > MOST_PRODUCTS:
            total = total._replace(cost=total.cost.closed(self._limits.largest_page))
        return total

    def _fragment(self, name: str, page: Size | None, above: int) -> Measure:
        key = name, page
        if key not in self._known:
            fragment = self._fragments.get(name)
            if fragment is None:
                return Measure()
            self._known[key] = Measure()  # in a circle, which validation refuses, it counts once
            parent = self._condition(fragment, None)
            self._known[key] = self._selections(fragment.selection_set, parent, page, above + 1)
        return self._known[key]

    def _condition(self, node: InlineFragmentNode | FragmentDefinitionNode, parent: Any) -> Any:
        return self._schema.get_type(node.type_condition.name.value) if node.type_condition else parent

    def _field(self, node: FieldNode, parent: Any, page: Size | None, above: int) -> Measure:
        name = node.name.value
        definition = self._schema.get_field(parent, name) if is_composite_type(parent) else None
        aliases = 1 if node.alias else 0
        if not node.selection_set:
            return Measure(1, 1, aliases, ONE)
        size, page_below, type_ = Size(), None, None
        if definition is not None:
            type_ = get_named_type(definition.type)
            given = self._size(node, definition)
            if _is_list(definition.type):
                size = given or page or Size(self._assumed(name, parent))
            else:
                page_below = given
        within = self._selections(node.selection_set, type_, page_below, above + 1)
        cost = ONE.plus(within.cost.times(size))
        aliases += within.aliases
        if name in INTROSPECTION:
            return Measure(1, 1, aliases, ONE, 1 + within.depth, cost)
        return Measure(
            1, 1 + within.depth, aliases, cost, within.introspection_depth, within.introspection_cost
        )

    def _size(self, node: FieldNode, definition: GraphQLField) -> Size | None:
        """The page size that the field is given, or the length of the list that it answers item by item."""
        given = {each.name.value: each.value for each in node.arguments or ()}
        pages = [name for name in ("first", "last") if name in definition.args]
        lists = [name for name, each in definition.args.items() if _is_list(each.type)]
        for name in pages or (lists if _is_list(definition.type) else []):
            value = given.get(name)
            if isinstance(value, VariableNode):
                return Size(1, value.name.value)
            if isinstance(value, ListValueNode):
                return Size(min(len(value.values), self._limits.largest_page))
            if value is not None:
                return self._closed(value_from_ast_untyped(value))
        return self._closed(definition.args[pages[0]].default_value) if pages else None

    def _assumed(self, name: str, parent: Any) -> int:
        """The length of a list that no argument bounds."""
        if parent.name not in _META_TYPES:
            return self._limits.assumed_list
        if self._introspected is None:
            self._introspected = sizes_of(self._schema)
        return self._introspected.get(name, self._limits.assumed_list)

    def _closed(self, value: Any) -> Size:
        limits = self._limits
        return Size(size_of_value(value, assumed=limits.assumed_page, largest=limits.largest_page))


def _is_list(type_: Any) -> bool:
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    return isinstance(type_, GraphQLList)
