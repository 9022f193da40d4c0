"""Holds documents and operations to their limits."""

from collections.abc import Iterable
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
)

from .limits import Limits
from .measuring import Measure
from .rejections import Code, Rejected

MESSAGES = {
    "characters": "The document has {actual} characters; {limit} are allowed.",
    "tokens": "The document has more than {limit} tokens.",
    "operations": "The document has {actual} operations; {limit} are allowed.",
    "directives": "The document has {actual} directives; {limit} are allowed.",
    "comparisons": "The document asks for the same names too often to be validated.",
    "depth": "The operation is {actual} fields deep; {limit} are allowed.",
    "aliases": "The operation has {actual} aliases; {limit} are allowed.",
    "root_fields": "The operation has {actual} root fields; {limit} are allowed.",
    "mutations": "The operation has {actual} mutations; {limit} are allowed.",
    "cost": "The operation costs {actual}; {limit} is allowed.",
    "introspection_depth": "The introspection is {actual} fields deep; {limit} are allowed.",
    "introspection_cost": "The introspection costs {actual}; {limit} is allowed.",
}


def exceeded(what: str, limit: int, actual: int) -> GraphQLError:
    message = MESSAGES[what].format(limit=limit, actual=actual)
    extensions = {"code": Code.QUERY_TOO_COMPLEX.value, "limit": limit, "actual": actual}
    return GraphQLError(message, extensions=extensions)


def check_document(
    operations: list[OperationDefinitionNode], fragments: Iterable[FragmentDefinitionNode], limits: Limits
) -> None:
    directives = 0
    nodes: list[Any] = [*operations, *fragments]
    for operation in operations:
        nodes += operation.variable_definitions or ()
    while nodes:
        node = nodes.pop()
        directives += len(node.directives or ())
        if not isinstance(node, FragmentSpreadNode) and (within := getattr(node, "selection_set", None)):
            nodes += within.selections
    _check({"operations": len(operations), "directives": directives}, limits)


def check_operation(operation: OperationDefinitionNode, measure: Measure, limits: Limits) -> None:
    is_mutation = operation.operation is OperationType.MUTATION
    actual = {
        "depth": measure.depth,
        "aliases": measure.aliases,
        "mutations" if is_mutation else "root_fields": measure.fields,
        "introspection_depth": measure.introspection_depth,
        "introspection_cost": measure.introspection_cost.at(lambda _: limits.assumed_page),
    }
    if not any(measure.cost.products):
        actual["cost"] = measure.cost.at(lambda _: limits.assumed_page)
    _check(actual, limits)


def _check(actual: dict[str, int], limits: Limits) -> None:
    errors = [
        exceeded(what, limit, number)
        for what, number in actual.items()
        if number > (limit := getattr(limits, what))
    ]
    if errors:
        raise Rejected(errors)
