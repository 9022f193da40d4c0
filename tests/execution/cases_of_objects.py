"""Objects: nulls and how far they rise, types behind interfaces and unions, what is selected and what skipped."""

from typing import Any

from tests.execution.cases import NO_NULL, Bad, Case, later

TREE = """
type Query { nest: Query  sure: Query!  nests: [Query]  sureNests: [Query!]  word: String  sureWord: String! }
"""


def tree(value: Any, *, is_later: bool) -> Any:
    """An object all of whose leaves are *value*, as deep as anybody asks."""

    def inner(info: Any) -> Any:
        return tree(value, is_later=is_later)

    leaf: Any = later(value) if is_later else (lambda info: value)

    async def inner_later(info: Any) -> Any:
        return tree(value, is_later=is_later)

    nest = inner_later if is_later else inner
    return {
        "nest": nest,
        "sure": nest,
        "word": leaf,
        "sureWord": leaf,
        "nests": lambda info: [inner(info)] * 2,
        "sureNests": lambda info: [inner(info)] * 2,
    }


def nulls() -> list[Case]:
    cases = []
    for is_later in (False, True):
        how = "later" if is_later else "at once"
        null, bad = tree(None, is_later=is_later), tree(Bad("bad"), is_later=is_later)
        sure_word = NO_NULL.format("Query.sureWord")
        cases += [
            Case(f"a null where it may be, {how}", TREE, "{ word }", null, {"word": None}),
            Case(
                f"an error where null may be, {how}",
                TREE,
                "{ word }",
                bad,
                {"word": None},
                [("bad", ["word"])],
            ),
            Case(
                f"a null that takes all, {how}", TREE, "{ sureWord }", null, None, [(sure_word, ["sureWord"])]
            ),
            Case(
                f"an error that takes all, {how}",
                TREE,
                "{ sure { sureWord } }",
                bad,
                None,
                [("bad", ["sure", "sureWord"])],
            ),
            Case(
                f"a null that takes its object, {how}",
                TREE,
                "{ nest { sureWord } again: nest { word } }",
                null,
                {"nest": None, "again": {"word": None}},
                [(sure_word, ["nest", "sureWord"])],
            ),
            Case(
                f"a null that rises far, {how}",
                TREE,
                "{ nest { sure { sure { sure { sureWord } } } } }",
                null,
                {"nest": None},
                [(sure_word, ["nest", "sure", "sure", "sure", "sureWord"])],
            ),
            Case(
                f"errors in each item, {how}",
                TREE,
                "{ nests { word } }",
                bad,
                {"nests": [{"word": None}, {"word": None}]},
                [("bad", ["nests", 0, "word"]), ("bad", ["nests", 1, "word"])],
            ),
            Case(
                f"nulls that take items, {how}",
                TREE,
                "{ nests { sureWord } }",
                null,
                {"nests": [None, None]},
                [(sure_word, ["nests", 0, "sureWord"]), (sure_word, ["nests", 1, "sureWord"])],
            ),
        ]
        if not is_later:
            cases += [
                Case(
                    "the first of several that take the list",
                    TREE,
                    "{ sureNests { word sureWord } }",
                    bad,
                    {"sureNests": None},
                    [("bad", ["sureNests", 0, "word"]), ("bad", ["sureNests", 0, "sureWord"])],
                ),
                Case(
                    "what comes after is not reached",
                    TREE,
                    "{ nest { sureWord word } }",
                    bad,
                    {"nest": None},
                    [("bad", ["nest", "sureWord"])],
                ),
            ]
    return cases


PETS = """
interface Pet { name: String  friend: Pet }
type Cat implements Pet { name: String  friend: Pet  meows: Boolean }
type Dog implements Pet { name: String  friend: Pet  woofs: Boolean }
type Stone { weight: Int }
union Any = Cat | Dog
type Query { pets: [Pet]  any: Any }
"""
CAT = {"__typename": "Cat", "name": "Garfield", "meows": False}
DOG = {"__typename": "Dog", "name": "Odie", "woofs": True, "friend": CAT}
ABSTRACT = "Abstract type 'Any' "
TYPES = [
    Case(
        "each item by its type",
        PETS,
        "{ pets { __typename name ... on Cat { meows } ...Woofs friend { name } } } fragment Woofs on Dog { woofs }",
        {"pets": [CAT, DOG, None]},
        {
            "pets": [
                {"__typename": "Cat", "name": "Garfield", "meows": False, "friend": None},
                {"__typename": "Dog", "name": "Odie", "woofs": True, "friend": {"name": "Garfield"}},
                None,
            ]
        },
    ),
    Case(
        "no type",
        PETS,
        "{ any { __typename } }",
        {"any": {}},
        {"any": None},
        [
            (
                ABSTRACT
                + "must resolve to an Object type at runtime for field 'Query.any'. Either the 'Any' type should"
                " provide a 'resolve_type' function or each possible type should provide an 'is_type_of' function.",
                ["any"],
            )
        ],
    ),
    *[
        Case(
            f"a type that is {what}",
            PETS,
            "{ any { __typename } }",
            {"any": {"__typename": name}},
            {"any": None},
            [(message, ["any"])],
        )
        for what, name, message in [
            (
                "unknown",
                "Fish",
                ABSTRACT + "was resolved to a type 'Fish' that does not exist inside the schema.",
            ),
            ("none of objects", "Pet", ABSTRACT + "was resolved to a non-object type 'Pet'."),
            ("impossible", "Stone", "Runtime Object type 'Stone' is not a possible type for 'Any'."),
        ]
    ],
]

WORDS = "type Query { a: String  b: String  c: String  deep: Query }"
ABC: dict[str, Any] = {"a": "A", "b": "B", "c": "C", "deep": lambda info: ABC}
SELECTIONS = [
    Case("keys in the document's order", WORDS, "{ c x: b a }", ABC, {"c": "C", "x": "B", "a": "A"}),
    Case(
        "fragments merged",
        WORDS,
        "{ a ...One ...Two } fragment One on Query { b deep { b deeper: deep { b } } }"
        " fragment Two on Query { c deep { c deeper: deep { c } } }",
        ABC,
        {"a": "A", "b": "B", "deep": {"b": "B", "deeper": {"b": "B", "c": "C"}, "c": "C"}, "c": "C"},
    ),
    *[
        Case(
            f"{text} with {value}",
            WORDS,
            f"query ($if: Boolean!) {{ a {text} }}",
            ABC,
            data,
            [],
            {"if": value},
        )
        for text, value, data in [
            ("b @include(if: $if)", True, {"a": "A", "b": "B"}),
            ("b @include(if: $if)", False, {"a": "A"}),
            ("b @skip(if: $if)", True, {"a": "A"}),
            ("b @skip(if: $if)", False, {"a": "A", "b": "B"}),
            ("... @include(if: $if) { b }", False, {"a": "A"}),
            ("... on Query @skip(if: $if) { b }", False, {"a": "A", "b": "B"}),
            ("b @include(if: true) @skip(if: $if)", True, {"a": "A"}),
            ("b @include(if: $if) @skip(if: true)", True, {"a": "A"}),
        ]
    ],
    Case(
        "by a variable's default",
        WORDS,
        "query ($if: Boolean = false) { a b @include(if: $if) }",
        ABC,
        {"a": "A"},
    ),
    Case("nothing left", WORDS, "{ a @skip(if: true) }", ABC, {}),
]
