"""Lists: every nullability, of everything that may stand in them and for them."""

from typing import Any

from tests.execution.cases import NO_ITERABLE, NO_NULL, Bad, Case, iterator, later, stream, type_of_error


def lists() -> list[Case]:
    """Every nullability of a list and its items, with values, nulls and errors, at once and later."""
    null_item: type_of_error = NO_NULL.format("Query.list"), ["list", 1]
    null_list: type_of_error = NO_NULL.format("Query.list"), ["list"]
    table: list[tuple[str, Any, dict[str, tuple[Any, list[type_of_error]]]]] = [
        (
            "values",
            [1, 2],
            {kind: ({"list": [1, 2]}, []) for kind in ("[Int]", "[Int]!", "[Int!]", "[Int!]!")},
        ),
        (
            "a null",
            [1, None, 2],
            {
                "[Int]": ({"list": [1, None, 2]}, []),
                "[Int]!": ({"list": [1, None, 2]}, []),
                "[Int!]": ({"list": None}, [null_item]),
                "[Int!]!": (None, [null_item]),
            },
        ),
        (
            "no list",
            None,
            {
                "[Int]": ({"list": None}, []),
                "[Int]!": (None, [null_list]),
                "[Int!]": ({"list": None}, []),
                "[Int!]!": (None, [null_list]),
            },
        ),
        (
            "an error",
            [1, Bad("bad"), 2],
            {
                "[Int]": ({"list": [1, None, 2]}, [("bad", ["list", 1])]),
                "[Int]!": ({"list": [1, None, 2]}, [("bad", ["list", 1])]),
                "[Int!]": ({"list": None}, [("bad", ["list", 1])]),
                "[Int!]!": (None, [("bad", ["list", 1])]),
            },
        ),
        (
            "only an error",
            Bad("bad"),
            {
                "[Int]": ({"list": None}, [("bad", ["list"])]),
                "[Int!]!": (None, [("bad", ["list"])]),
            },
        ),
    ]
    cases = []
    for name, value, answers in table:
        for kind, (data, errors) in answers.items():
            sdl = f"type Query {{ list: {kind} }}"
            roots = {"at once": {"list": value}, "later": {"list": later(value)}}
            if isinstance(value, list):
                roots["item by item"] = {
                    "list": lambda info, value=value: [later(each)(info) for each in value]
                }
                roots["as a tuple"] = {"list": tuple(value)}
                roots["as a stream"] = {"list": stream(*value)} if name != "an error" else {"list": value}
            cases += [
                Case(f"{kind} of {name} {how}", sdl, "{ list }", root, data, errors)
                for how, root in roots.items()
            ]
    return cases


LIST = "type Query { list: [String] }"
ITERABLES = [
    Case("a set", LIST, "{ list }", {"list": {"a"}}, {"list": ["a"]}),
    Case(
        "a generator",
        LIST,
        "{ list }",
        {"list": lambda info: iterator("a", 2, True)},
        {"list": ["a", "2", "true"]},
    ),
    Case(
        "a dict is no list", LIST, "{ list }", {"list": {1: "a"}}, {"list": None}, [(NO_ITERABLE, ["list"])]
    ),
    Case("a str is no list", LIST, "{ list }", {"list": "abc"}, {"list": None}, [(NO_ITERABLE, ["list"])]),
    Case(
        "a generator that breaks off, after an error of an item",
        LIST,
        "{ list }",
        {"list": lambda info: iterator("a", {}, Bad("broke"))},
        {"list": None},
        [("String cannot represent value: {}", ["list", 1]), ("broke", ["list"])],
    ),
    Case(
        "a stream that breaks off",
        LIST,
        "{ list }",
        {"list": stream("a", Bad("broke"))},
        {"list": None},
        [("broke", ["list"])],
    ),
    Case(
        "lists of lists",
        "type Query { list: [[Int!]!] }",
        "{ list }",
        {"list": [[1], [], [2, 3]]},
        {"list": [[1], [], [2, 3]]},
    ),
    Case(
        "lists of lists that must not hold null",
        "type Query { list: [[Int!]] }",
        "{ list }",
        {"list": [[1], [2, None], [3]]},
        {"list": [[1], None, [3]]},
        [(NO_NULL.format("Query.list"), ["list", 1, 1])],
    ),
]
