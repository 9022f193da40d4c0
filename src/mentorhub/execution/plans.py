"""Plans: what an operation asks for, worked out as far as the document and @skip/@include allow.

A plan is a tree of selections. Each belongs to one object type and is made when the first object of that type
turns up at its place, so that what an interface could hold costs nothing until it does.
"""

from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from strawberry.schema.schema_converter import GraphQLCoreConverter

from .asking import Asked
from .compiling import compiled
from .keeping import KEPT_AS, Kept
from .levels import Level
from .resolving import Way, way_of
from .shapes import Items, Leaf, Shape, shape_of


class Plan:
    """One operation, for one choice of what is skipped and included."""

    __slots__ = (
        "fragment_definitions",
        "fragments",
        "info_class",
        "is_serial",
        "kept",
        "operation",
        "root",
        "schema",
        "steering",
    )

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        steering: Mapping[str, bool],
    ) -> None:
        self.schema = schema
        declared_in = schema.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        self.info_class = declared_in.config.info_class if declared_in else strawberry.Info
        self.kept: Kept | None = schema.extensions.get(KEPT_AS)
        self.operation = operation
        self.is_serial = operation.operation is OperationType.MUTATION
        self.fragment_definitions = dict(fragments)
        self.fragments = {name: FragmentDetails(definition) for name, definition in fragments.items()}
        self.steering = VariableValues({}, dict(steering))
        root = schema.get_root_type(operation.operation)
        assert root is not None  # the document is valid
        fields = collect_fields(schema, self.fragments, self.steering, root, operation, hide_suggestions=True)
        self.root = Selection(self, root, fields.grouped_field_set, is_serial=self.is_serial)


class Selection:
    """The fields asked of the objects of one type at one place of the document.

    `blank` is an answer with nothing filled in but type names, its keys in order. `read` are the leaves that are
    attributes or made of nothing but the object, by generated code for all objects of a level; `steps` are the rest.
    """

    __slots__ = ("blank", "make", "mark", "read", "steps", "type")

    def __init__(
        self, plan: Plan, type_: GraphQLObjectType, fields: GroupedFieldSet, *, is_serial: bool = False
    ) -> None:
        self.type = type_
        self.mark = object()
        """What it is known by where nothing of its document is to be kept."""
        self.blank: dict[str, Any] = {}
        self.read: list[Field] = []
        self.steps: list[Field] = []
        for key, details in fields.items():
            name = details[0].node.name.value
            definition = plan.schema.get_field(type_, name)
            if definition is None:
                continue  # as graphql-core does; validation knows better
            self.blank[key] = type_.name if name == "__typename" else None
            if name != "__typename":
                field = Field(plan, self, key, details, definition)
                (self.read if field.is_read and not is_serial else self.steps).append(field)
        self.make: Callable[[Level], None] = compiled(self)


class Field:
    """One key of a selection: how its values are had, their shape, and what is asked of objects in them."""

    __slots__ = (
        "asked",
        "definition",
        "details",
        "is_read",
        "key",
        "name",
        "nodes",
        "number",
        "parent",
        "plan",
        "selections",
        "shape",
        "shapes",
        "way",
    )

    def __init__(
        self, plan: Plan, selection: Selection, key: str, details: FieldDetailsList, definition: GraphQLField
    ) -> None:
        self.plan = plan
        self.key = key
        self.details = details
        self.definition = definition
        self.nodes: list[FieldNode] = [each.node for each in details]
        self.asked = Asked(self.nodes, plan.fragment_definitions)
        self.name = self.nodes[0].name.value
        self.parent = selection.type.name
        self.number = len(selection.blank) - 1
        self.shape = shape_of(definition.type, plan.schema)
        self.shapes: list[Shape] = [self.shape]
        while isinstance(inner := self.shapes[-1], Items):
            self.shapes.append(inner.item)
        self.way: Way = way_of(definition, self.nodes[0], plan.schema)
        self.is_read = isinstance(self.shape, Leaf) and self.way.of_source is not None
        """Whether the values are leaves, made of nothing but the object."""
        self.selections: dict[str, Selection] = {}

    def selection_of(self, type_: GraphQLObjectType) -> Selection:
        """What is asked of an object of the type among the field's values."""
        selection = self.selections.get(type_.name)
        if selection is None:
            plan = self.plan
            fields = collect_subfields(
                plan.schema,
                plan.fragments,
                plan.steering,
                plan.operation,
                type_,
                self.details,
                hide_suggestions=True,
            )
            selection = self.selections[type_.name] = Selection(plan, type_, fields.grouped_field_set)
        return selection
