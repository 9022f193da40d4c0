"""Documents that ask for too much, each with the code that it must be refused with."""

from typing import Any, NamedTuple

from tests.attacks.transports import Asked

PAGE = "query($n: Int) { mentors(first: $n) { nodes { id } } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"

TOO_COMPLEX = "QUERY_TOO_COMPLEX"
INVALID = "GRAPHQL_VALIDATION_FAILED"
UNREADABLE = "GRAPHQL_PARSE_FAILED"
BAD_INPUT = "BAD_USER_INPUT"


class Attack(NamedTuple):
    name: str
    query: str
    code: str
    variables: Any = None
    operation_name: Any = None
    is_measured: bool = False
    """Whether limit and actual figure are told."""

    @property
    def asked(self) -> Asked:
        return Asked(self.query, self.variables, self.operation_name)

    def __str__(self) -> str:
        return self.name


def _doubling(levels: int) -> str:
    spreads = " ".join(
        f"fragment F{number} on Query {{ ...F{number + 1} a{number}: __typename ...F{number + 1} }}"
        for number in range(levels)
    )
    return f"{{ ...F0 }} {spreads} fragment F{levels} on Query {{ __typename }}"


def _circling(levels: int) -> str:
    return "{ mentors(first: 1) { nodes { " + "user { mentor { " * levels + "id" + " } }" * levels + " } } }"


def _paged(size: str) -> str:
    return f"mentors(first: {size}) {{ nodes {{ feedback(first: {size}) {{ nodes {{ id }} }} }} }}"


def _many(count: int, text: str) -> str:
    return " ".join(text.replace("#", str(number)) for number in range(count))


LIMITS = [
    Attack("characters", "{ __typename } #" + "x" * 200_000, TOO_COMPLEX, is_measured=True),
    Attack("tokens", "{ " + "__typename " * 2_500 + "}", TOO_COMPLEX, is_measured=True),
    Attack("two hundred thousand tokens", "{" + "a " * 200_000 + "}", TOO_COMPLEX, is_measured=True),
    Attack("depth", "{ a " * 20 + "}" * 20, TOO_COMPLEX, is_measured=True),
    Attack("a circle of types", _circling(10), TOO_COMPLEX, is_measured=True),
    Attack("aliases", f"{{ viewer {{ {_many(70, 'a#: __typename')} }} }}", TOO_COMPLEX, is_measured=True),
    Attack("root fields", f"{{ {_many(40, 'a#: __typename')} }}", TOO_COMPLEX, is_measured=True),
    Attack("directives", "{ __typename " + "@include(if: true) " * 120 + "}", TOO_COMPLEX, is_measured=True),
    Attack("operations", _many(30, "query Q# { __typename }"), TOO_COMPLEX, is_measured=True),
    Attack(
        "mutations",
        f"mutation {{ {_many(12, 'a#: signOut { __typename }')} }}",
        TOO_COMPLEX,
        is_measured=True,
    ),
    Attack(
        "cost",
        "{ " + _paged("100").replace("id", "author { id name mentor { id } }") + " }",
        TOO_COMPLEX,
        is_measured=True,
    ),
    Attack(
        "cost by variable",
        "query($n: Int) { " + _paged("$n").replace("id", "author { id name mentor { id } }") + " }",
        TOO_COMPLEX,
        {"n": 100},
        is_measured=True,
    ),
    Attack("a page", "{ mentors(first: 101) { nodes { id } } }", BAD_INPUT, is_measured=True),
    Attack(
        "a page by variable",
        PAGE,
        BAD_INPUT,
        {"n": 101},
        is_measured=True,
    ),
    Attack(
        "introspection in circles",
        "{ __schema { types { " + "fields { type { " * 12 + "name" + " } }" * 12 + " } } }",
        TOO_COMPLEX,
        is_measured=True,
    ),
    Attack(
        "introspection again and again",
        "{ "
        + _many(30, "a#: __schema { types { fields { args { name } type { fields { name } } } } }")
        + " }",
        TOO_COMPLEX,
        is_measured=True,
    ),
    Attack(
        "one name again and again", "{ " + "viewer { __typename } " * 400 + "}", TOO_COMPLEX, is_measured=True
    ),
    Attack("doubling fragments", _doubling(40), TOO_COMPLEX, is_measured=True),
    Attack("deep fragments", "{ ...F0 } " + _many(14, "fragment F# on Query { ...F0 }"), INVALID),
]

NONSENSE = [
    Attack("nested selections", "{ a " * 900 + "}" * 900, UNREADABLE),
    Attack("nested lists", "{ mentor(id: " + "[" * 500 + "]" * 500 + ") { id } }", UNREADABLE),
    Attack("nested objects", "{ mentor(id: " + "{a: " * 500 + "1" + "}" * 500 + ") { id } }", UNREADABLE),
    Attack("nested types", "query($x: " + "[" * 500 + "Int" + "]" * 500 + ") { __typename }", UNREADABLE),
    Attack("circular fragments", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", INVALID),
    Attack("a fragment of itself", "{ ...A } fragment A on Query { ...A }", INVALID),
    Attack("unknown fields", f"{{ {_many(25, 'mentor#')} }}", INVALID),
    Attack("an unknown argument", '{ mentors(frist: 1, secret: "x") { nodes { id } } }', INVALID),
    Attack("an unknown type", "{ ... on Mentr { id } }", INVALID),
    Attack("an unknown directive", "{ __typename @skp(if: true) }", INVALID),
    Attack("an unknown enum value", "{ mentors(orderBy: RECOMENDED) { nodes { id } } }", INVALID),
    Attack("definitions of types", "type Query { a: Int } { __typename }", INVALID),
    Attack("only a comment", "# nothing", UNREADABLE),
    Attack("a NUL", "{ __typename \u0000 }", UNREADABLE),
    Attack("an emoji", "{ 💥 }", UNREADABLE),
    Attack("a string without end", '{ mentor(id: "', UNREADABLE),
    Attack("half a letter", '{ mentor(id: "\\uD800") { id } }', UNREADABLE),
    Attack("no letter", '{ mentor(id: "\\u{110000}") { id } }', UNREADABLE),
    Attack("an integer of ten thousand digits", f"{{ mentors(first: {'1' * 10_000}) {{ nodes {{ id }} }} }}", INVALID),
    Attack("a real beyond all", "{ mentors(first: 1e400) { nodes { id } } }", INVALID),
    Attack("minus one", "{ mentors(first: -1) { nodes { id } } }", BAD_INPUT),
    Attack("two ends", "{ mentors(first: 1, last: 1) { nodes { id } } }", BAD_INPUT),
    Attack("two subscriptions", "subscription { a: announcementPosted { id } b: announcementPosted { id } }", INVALID),
    Attack("a name of no operation", "query A { __typename }", INVALID, operation_name="B"),
    Attack("a name beyond measure", "query A { __typename }", INVALID, operation_name="B" * 8_000),
    Attack("a name of Python's", "query A { __typename }", INVALID, operation_name="__class__"),
    Attack("a name with a NUL", "query A { __typename }", INVALID, operation_name="A\u0000"),
    Attack("no name for two", "query A { __typename } query B { __typename }", INVALID),
    Attack("a variable of another type", PAGE, BAD_INPUT, {"n": "7"}),
    Attack("a variable beyond 32 bits", PAGE, BAD_INPUT, {"n": 2**40}),
    Attack("an object for a number", PAGE, BAD_INPUT, {"n": {"$gt": 0}}),
    Attack("a missing variable", "query($id: ID!) { mentor(id: $id) { id } }", BAD_INPUT),
    Attack("a list of thousands", NODES, BAD_INPUT, {"ids": ["x"] * 1_000}, is_measured=True),
]  # fmt: skip
