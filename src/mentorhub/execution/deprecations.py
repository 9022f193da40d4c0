"""Which deprecated parts of the schema an operation uses: its fields and their arguments."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_interface_type,
    is_object_type,
    visit,
)


def has_deprecations(schema: GraphQLSchema) -> bool:
    """Whether there is anything to look for."""
    return any(
        part.deprecation_reason is not None
        for each in schema.type_map.values()
        if is_object_type(each) or is_interface_type(each)
        for field in each.fields.values()
        for part in (field, *field.args.values())
    )


def deprecated_in(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> tuple[str, ...]:
    """As `Type.field` and `Type.field(argument:)`, each once; *operation* is valid."""
    info = TypeInfo(schema)
    found = _Found(info)
    parts = [operation, *_spread(operation, fragments)]
    visit(DocumentNode(definitions=tuple(parts)), TypeInfoVisitor(info, found))
    return tuple(sorted(found.names))


class _Found(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.names: set[str] = set()
        self._info = info

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, definition = self._info.get_parent_type(), self._info.get_field_def()
        if parent is None or definition is None:
            return
        name = f"{parent.name}.{node.name.value}"
        if definition.deprecation_reason is not None:
            self.names.add(name)
        for given in node.arguments or ():
            argument = definition.args.get(given.name.value)
            if argument is not None and argument.deprecation_reason is not None:
                self.names.add(f"{name}({given.name.value}:)")


def _spread(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterable[FragmentDefinitionNode]:
    """The fragments that *operation* spreads, and those that they spread."""
    reached: dict[str, FragmentDefinitionNode] = {}
    nodes: list[Any] = [operation]
    while nodes:
        node = nodes.pop()
        for selection in node.selection_set.selections if node.selection_set else ():
            name = selection.name.value if selection.kind == "fragment_spread" else None
            if name is None:
                nodes.append(selection)
            elif name not in reached and name in fragments:
                reached[name] = fragments[name]
                nodes.append(fragments[name])
    return reached.values()
