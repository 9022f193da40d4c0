"""Documents dressed up: what a generator of plain ones leaves out, put in at random without changing validity.

Fragments, named and inline; @skip and @include, by literal and by variable; aliases; fields asked twice, which are
to be merged; __typename and introspection; arguments by variable.
"""

from random import Random
from typing import Any

from graphql import (
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    parse,
    print_ast,
    value_from_ast_untyped,
)


class Dresser:
    def __init__(self, schema: GraphQLSchema, random: Random) -> None:
        self.schema = schema
        self.random = random
        self.definitions: list[str] = []
        self.fragments: list[str] = []
        self.variables: dict[str, Any] = {}
        self.aliases = 0

    def dress(self, text: str) -> tuple[str, dict[str, Any]]:
        (operation,) = parse(text).definitions
        assert isinstance(operation, OperationDefinitionNode)
        root = self.schema.get_root_type(operation.operation)
        body = self.selections(operation.selection_set, root)
        definitions = f"({', '.join(self.definitions)})" if self.definitions else ""
        kind = "mutation" if operation.operation is OperationType.MUTATION else "query"
        return "\n".join([f"{kind} Dressed{definitions} {body}", *self.fragments]), self.variables

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def selections(self, node: SelectionSetNode, parent: Any) -> str:
        parts: list[str] = []
        for selection in node.selections:
            text = self.selection(selection, parent)
            parts.append(text)
            if self.chance(0.08):
                parts.append(text)
        if self.chance(0.1):
            parts.insert(self.random.randrange(len(parts) + 1), "__typename")
        if self.chance(0.03) and parent is self.schema.query_type and parent is not None:
            parts.append(f'__type(name: "{parent.name}") {{ name kind fields {{ name }} }}')
        return "{ " + " ".join(parts) + " }"

    def selection(self, node: Any, parent: Any) -> str:
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            within = self.schema.get_type(condition.name.value) if condition else parent
            start = f"... on {condition.name.value}" if condition else "..."
            return self.wrapped(
                f"{start}{self.directive()} {self.selections(node.selection_set, within)}", parent
            )
        assert isinstance(node, FieldNode)
        return self.wrapped(self.field(node, parent), parent)

    def field(self, node: FieldNode, parent: Any) -> str:
        name = node.name.value
        definition = self.schema.get_field(parent, name)
        assert definition is not None
        text = f"{node.alias.value}: {name}" if node.alias else name
        if self.chance(0.1):
            self.aliases += 1
            text = f"alias{self.aliases}: {name}"
        if node.arguments:
            text += f"({', '.join(f'{each.name.value}: {self.argument(each, definition)}' for each in node.arguments)})"
        text += self.directive()
        if node.selection_set:
            text += " " + self.selections(node.selection_set, get_named_type(definition.type))
        return text

    def argument(self, node: Any, definition: Any) -> str:
        if not self.chance(0.4):
            return print_ast(node.value)
        name = f"given{len(self.definitions)}"
        self.definitions.append(f"${name}: {definition.args[node.name.value].type}")
        self.variables[name] = value_from_ast_untyped(node.value)
        return f"${name}"

    def directive(self) -> str:
        if not self.chance(0.15):
            return ""
        kept = self.chance(0.7)
        directive = self.random.choice(["include", "skip"])
        value = kept is (directive == "include")
        if self.chance(0.3):
            return f" @{directive}(if: {str(value).lower()})"
        name = f"if{len(self.definitions)}"
        if self.chance(0.5):
            self.definitions.append(f"${name}: Boolean!")
            self.variables[name] = value
        else:
            self.definitions.append(f"${name}: Boolean = {str(value).lower()}")
        return f" @{directive}(if: ${name})"

    def wrapped(self, text: str, parent: Any) -> str:
        if not is_composite_type(parent) or not self.chance(0.15):
            return text
        if self.chance(0.4):
            return f"... {{ {text} }}"
        if self.chance(0.4):
            return f"... on {parent.name}{self.directive()} {{ {text} }}"
        name = f"Part{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {parent.name} {{ {text} }}")
        return f"...{name}{self.directive()}"
