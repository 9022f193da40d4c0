"""Documents: parsed, limited and validated once, and kept by their text."""

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    ValidationContext,
    parse,
    specified_rules,
    validate,
    value_from_ast_untyped,
)
from graphql.execution.values import VariableValues
from graphql.validation import NoSchemaIntrospectionCustomRule, OverlappingFieldsCanBeMergedRule
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from .costs import Cost, size_of_value
from .deprecations import deprecated_in, has_deprecations
from .limiting import check_document, check_operation, exceeded
from .limits import Limits
from .measuring import Measuring
from .planning import Plans
from .rejections import Code, Rejected
from .variables import Variables


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
    """An estimate, with variables at their defaults."""
    open_cost: Cost
    deprecated: tuple[str, ...] = ()
    """What it uses of the schema that is deprecated."""
    operation_type: str = field(init=False)
    """query, mutation or subscription."""
    name: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.operation_type = self.operation.operation.value
        self.name = self.operation.name.value if self.operation.name else None

    def values(self, given: Any, limits: Limits) -> VariableValues:
        """The variables' values; raises Rejected when they do not fit, or ask for too much."""
        values = self.variables.values(given, max_errors=limits.errors)
        if any(self.open_cost.products):
            actual = self.cost_for(values, limits)
            if actual > limits.cost:
                raise Rejected([exceeded("cost", limits.cost, actual)])
        return values

    def cost_for(self, values: VariableValues, limits: Limits) -> int:
        def size_of(name: str) -> int:
            value = values.coerced.get(name)
            return size_of_value(value, assumed=limits.assumed_page, largest=limits.largest_page)

        return self.open_cost.at(size_of)


class Document:
    """A document that has been parsed; its operations are prepared one by one."""

    def __init__(
        self, text: str, tree: DocumentNode, schema: GraphQLSchema, limits: Limits, *, is_dated: bool
    ) -> None:
        """*is_dated* says that the schema has deprecated parts."""
        self._is_dated = is_dated
        self.text = text
        self.tree = tree
        self.schema = schema
        self.limits = limits
        self.operations = [each for each in tree.definitions if isinstance(each, OperationDefinitionNode)]
        self.fragments = {
            each.name.value: each for each in tree.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self.is_valid = False
        self._prepared: dict[str | None, Prepared] = {}

    @property
    def tokens(self) -> int:
        return self.tree.token_count or 0

    def prepare(self, name: str | None) -> Prepared:
        prepared = self._prepared.get(name)
        if prepared is None:
            operation = self._operation(name)
            measure = Measuring(self.schema, self.fragments, self.limits).operation(operation)
            check_operation(operation, measure, self.limits)
            self._validate()
            prepared = self._prepared[name] = Prepared(
                self.text,
                self.schema,
                operation,
                self.fragments,
                Variables(self.schema, operation),
                Plans(self.schema, operation, self.fragments),
                measure.cost.at(lambda name: self._assumed_size(operation, name)),
                measure.cost,
                deprecated_in(self.schema, operation, self.fragments) if self._is_dated else (),
            )
        return prepared

    def _operation(self, name: str | None) -> OperationDefinitionNode:
        if name is None:
            if len(self.operations) == 1:
                return self.operations[0]
            problem = "Must provide operation name if query contains multiple operations."
            if not self.operations:
                problem = "Must provide an operation."
        else:
            for operation in self.operations:
                if operation.name and operation.name.value == name:
                    return operation
            problem = f"Unknown operation named '{name[:_LONGEST_NAME]}'."
        raise Rejected.because(Code.GRAPHQL_VALIDATION_FAILED, [GraphQLError(problem)])

    def _validate(self) -> None:
        if not self.is_valid:
            limits = self.limits
            rules = rules_for(limits)
            errors = validate(self.schema, self.tree, rules, max_errors=limits.errors, hide_suggestions=True)
            if errors and isinstance(errors[-1], ValidationAbortedError) and len(errors) <= limits.errors:
                raise Rejected([exceeded("comparisons", limits.comparisons, limits.comparisons + 1)])
            if errors:
                raise Rejected.because(Code.GRAPHQL_VALIDATION_FAILED, errors)
            self.is_valid = True

    def _assumed_size(self, operation: OperationDefinitionNode, variable: str) -> int:
        default = None
        for each in operation.variable_definitions or ():
            if each.variable.name.value == variable and each.default_value:
                default = value_from_ast_untyped(each.default_value)
        return size_of_value(default, assumed=self.limits.assumed_page, largest=self.limits.largest_page)


class Documents:
    """The documents of one schema: those used latest are kept, once valid."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self.schema = schema
        self.limits = limits
        self._is_dated = has_deprecations(schema)
        self._kept: dict[str, Document] = {}
        self._kept_tokens = 0

    def prepare(self, text: str, operation_name: str | None) -> Prepared:
        document = self._kept.get(text)
        if document is None:
            document = self._read(text)
            prepared = document.prepare(operation_name)
            self._keep(document)
            return prepared
        prepared = document.prepare(operation_name)
        self._kept[text] = self._kept.pop(text)  # the latest used is the last
        return prepared

    def _read(self, text: str) -> Document:
        limits = self.limits
        if len(text) > limits.characters:
            raise Rejected([exceeded("characters", limits.characters, len(text))])
        try:
            tree = parse(text, max_tokens=limits.tokens)
        except GraphQLSyntaxError as error:
            if error.message.startswith(TOO_MANY_TOKENS):
                raise Rejected([exceeded("tokens", limits.tokens, limits.tokens + 1)]) from None
            raise Rejected.because(Code.GRAPHQL_PARSE_FAILED, [error]) from None
        document = Document(text, tree, self.schema, limits, is_dated=self._is_dated)
        check_document(document.operations, document.fragments.values(), limits)
        return document

    def _keep(self, document: Document) -> None:
        self._kept[document.text] = document
        self._kept_tokens += document.tokens
        while len(self._kept) > self.limits.documents or self._kept_tokens > self.limits.kept_tokens:
            oldest = self._kept.pop(next(iter(self._kept)))
            self._kept_tokens -= oldest.tokens


_LONGEST_NAME = 100

TOO_MANY_TOKENS = "Syntax Error: Document contains more than"
"""How graphql-core begins to say so; it has no other way to tell."""


def rules_for(limits: Limits) -> list[Any]:
    class BoundedOverlappingFields(OverlappingFieldsCanBeMergedRule):
        """The rule compares fields pair by pair, and selections below them again."""

        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            self.rule_context.remaining_complexity_budget = limits.comparisons

    bounded: dict[Any, Any] = {OverlappingFieldsCanBeMergedRule: BoundedOverlappingFields}
    rules: list[Any] = [bounded.get(rule, rule) for rule in specified_rules]
    if not limits.introspection:
        rules.append(NoSchemaIntrospectionCustomRule)
    return [*rules, MaybeNullValidationRule, OneOfInputValidationRule]
