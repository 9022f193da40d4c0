"""Documents: parsed, validated and limited once, and kept by their text."""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from .limits import Limits
from .planning import Plans
from .rejections import Code, Rejected
from .variables import Variables

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(slots=True, eq=False)
class Prepared:
    """One operation of a document, ready to be executed any number of times."""

    text: str
    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    variables: Variables
    plans: Plans
    cost: int

    @property
    def operation_type(self) -> str:
        """query, mutation or subscription."""
        return self.operation.operation.value

    @property
    def name(self) -> str | None:
        return self.operation.name.value if self.operation.name else None


class Documents:
    """The documents of one schema, the latest used of them kept; only valid ones are."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, size: int = 512) -> None:
        self.schema = schema
        self.limits = limits
        self.size = size
        self._prepared: dict[tuple[str, str | None], Prepared] = {}

    def prepare(self, text: str, operation_name: str | None) -> Prepared:
        key = text, operation_name
        prepared = self._prepared.pop(key, None)
        if prepared is None:
            document = self._valid(text)
            operation = _operation(document, operation_name)
            fragments = fragments_of(document)
            prepared = Prepared(
                text,
                self.schema,
                operation,
                fragments,
                Variables(self.schema, operation),
                Plans(self.schema, operation, fragments),
                1,
            )
        self._prepared[key] = prepared
        if len(self._prepared) > self.size:
            del self._prepared[next(iter(self._prepared))]
        return prepared

    def _valid(self, text: str) -> DocumentNode:
        try:
            document = parse(text, max_tokens=self.limits.tokens)
        except GraphQLSyntaxError as error:
            raise Rejected.because(Code.GRAPHQL_PARSE_FAILED, [error]) from None
        errors = validate(self.schema, document, RULES, max_errors=self.limits.errors, hide_suggestions=True)
        if errors:
            raise Rejected.because(Code.GRAPHQL_VALIDATION_FAILED, errors)
        return document


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name is None:
        if len(operations) == 1:
            return operations[0]
        problem = "Must provide operation name if query contains multiple operations."
    else:
        for each in operations:
            if each.name and each.name.value == name:
                return each
        problem = f"Unknown operation named '{name}'."
    raise Rejected.because(Code.GRAPHQL_VALIDATION_FAILED, [GraphQLError(problem)])


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
