"""What resolvers are told of where they are: graphql-core's info, each part made when it is asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.pyutils import Path, gather_with_cancel
from graphql.type import GraphQLResolveInfoHelpers
from strawberry.execution import optimized_is_awaitable

from .asking import Asked
from .levels import path_to

if TYPE_CHECKING:
    from .levels import Level, Sites
    from .plans import Field


class FieldInfo:
    """Stands for `GraphQLResolveInfo`, whose fifteen parts and path nobody asks most of the time.

    A batch, which is called for a whole level, is told of the level's first object.
    """

    __slots__ = ("_field", "_index", "_level")

    abort_signal = None
    is_awaitable: Callable[[Any], bool] = staticmethod(optimized_is_awaitable)

    def __init__(self, level: "Level", field: "Field", index: int = 0) -> None:
        self._level = level
        self._field = field
        self._index = index

    @classmethod
    def at(cls, sites: "Sites", number: int) -> "FieldInfo":
        index, _ = sites.at(number)
        return cls(sites.level, sites.field, index)

    @property
    def field_name(self) -> str:
        return self._field.name

    @property
    def field_nodes(self) -> list[FieldNode]:
        return self._field.nodes

    @property
    def return_type(self) -> GraphQLOutputType:
        return self._field.definition.type

    @property
    def parent_type(self) -> GraphQLObjectType:
        return self._level.selection.type

    @property
    def asked(self) -> Asked:
        return self._field.asked

    @property
    def path(self) -> Path:
        return path_to(self._level, self._index, self._field)

    @property
    def schema(self) -> GraphQLSchema:
        return self._level.run.plan.schema

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        return self._level.run.plan.fragment_definitions

    @property
    def operation(self) -> OperationDefinitionNode:
        return self._level.run.plan.operation

    @property
    def root_value(self) -> Any:
        return self._level.run.root_value

    @property
    def context(self) -> Any:
        return self._level.run.context

    @property
    def variable_values(self) -> dict[str, Any]:
        """The plain values, as Strawberry gives them."""
        return self._level.run.variable_values.coerced

    @property
    def operation_extensions(self) -> dict[str, Any] | None:
        return self._level.run.operation_extensions

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:
        return GraphQLResolveInfoHelpers(
            gather=lambda values: gather_with_cancel(*values), track=self._level.run.track
        )
