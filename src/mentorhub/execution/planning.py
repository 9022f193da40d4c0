"""Which plan an execution takes: one for each choice of what is skipped and included."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from .plans import Plan

DEEPEST = 60
"""Selections nested deeper are left to graphql-core, which knows how to run out of stack."""

FOREIGN = {"defer", "stream", "experimental_disableErrorPropagation"}
"""Directives that change how an operation is executed, and that plans know nothing of."""


@dataclass(slots=True)
class Counts:
    """How many executions went by plan, and how many graphql-core did (an event of a subscription is one)."""

    compiled: int = 0
    stock: int = 0

    def add(self, plan: Plan | None) -> None:
        if plan is None:
            self.stock += 1
        else:
            self.compiled += 1


class Plans:
    """The plans of one operation; none if it asks for something that plans do not cover."""

    __slots__ = ("_fragments", "_kept", "_operation", "_schema", "_steering", "is_covered", "size")

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        *,
        size: int = 32,
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = fragments
        self.size = size
        self._kept: dict[tuple[Any, ...], Plan] = {}
        directives = list(_directives(operation, fragments))
        self.is_covered = (
            schema.get_root_type(operation.operation) is not None
            and not any(each.name.value in FOREIGN for each in directives)
            and not any(each.variable_definitions for each in fragments.values())
            and _nesting(operation.selection_set, fragments) <= DEEPEST
        )
        self._steering = tuple(sorted(set(_steering(directives))))

    def plan(self, variables: Mapping[str, Any]) -> Plan | None:
        """The plan for these coerced variables."""
        if not self.is_covered:
            return None
        key: tuple[Any, ...] = tuple([variables.get(name) for name in self._steering])
        plan = self._kept.get(key)
        if plan is None:
            if not all(type(value) is bool for value in key):
                return None  # null or missing: an error, and graphql-core's to tell
            plan = Plan(
                self._schema, self._operation, self._fragments, dict(zip(self._steering, key, strict=True))
            )
            if len(self._kept) >= self.size:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = plan
        return plan


def _directives(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[DirectiveNode]:
    """The directives of the operation and of the fragments it reaches."""
    yield from operation.directives or ()
    selections: list[Any] = list(operation.selection_set.selections)
    reached: set[str] = set()
    while selections:
        selection = selections.pop()
        yield from selection.directives or ()
        if isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            if name in fragments and name not in reached:
                reached.add(name)
                selections += fragments[name].selection_set.selections
        elif selection.selection_set:
            selections += selection.selection_set.selections


def _steering(directives: Iterable[DirectiveNode]) -> Iterator[str]:
    for directive in directives:
        if directive.name.value in {"skip", "include"}:
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    yield argument.value.name.value


def _nesting(top: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> int:
    """How deep selection sets are nested, fragments included; each fragment is looked at once."""
    known: dict[str, int] = {}

    def depth(within: SelectionSetNode, above: int) -> int:
        if above > DEEPEST:
            return DEEPEST
        deepest = 0
        selections: tuple[Any, ...] = within.selections
        for selection in selections:
            if isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name in fragments and name not in known:
                    known[name] = 0  # in a circle, which validation refuses, it counts once
                    known[name] = depth(fragments[name].selection_set, above + 1)
                deepest = max(deepest, known.get(name, 0))
            elif selection.selection_set:
                deepest = max(deepest, depth(selection.selection_set, above + 1))
        return deepest + 1

    return depth(top, 0)
