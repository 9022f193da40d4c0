"""The generated code: a function for each selection, which reads the plain fields of a level's objects.

Nothing goes into the code but names that the schema and the document have been checked for. For

    { id name company status timezone slots { … } }

it is

    def make(level):
        outs = level.outs
        add = outs.append
        for source in level.sources:
            try:
                v0 = source.id
                v1 = source.name
                v2 = source.company
                v3 = source.status
                n3 = names3(v3)
                v4 = source.timezone
            except Exception:
                carefully(level, source)
                continue
            if not (type(v0) is str): v0 = leaf0(level, len(outs), v0)
            …
            if v2 is not None and not (type(v2) is str): v2 = leaf2(level, len(outs), v2)
            if n3 is None: n3 = leaf3(level, len(outs), v3)
            try: w4 = write4(v4) if is_settled(type(v4)) else None
            except Exception: w4 = None
            if type(w4) in no_answers: w4 = leaf4(level, len(outs), v4)
            add({'id': v0, 'name': v1, 'company': v2, 'status': n3, 'timezone': w4, 'slots': None})

where the `leaf` functions are the careful way for one value, and `carefully` the one for a whole object.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from types import CodeType
from typing import TYPE_CHECKING, Any

from graphql import GraphQLScalarType

from .completing import complete_leaf
from .shapes import CHECKS, NO_ANSWERS, Leaf, is_settled

if TYPE_CHECKING:
    from .levels import Level
    from .plans import Selection


def compiled(selection: "Selection") -> Callable[["Level"], None]:
    scope: dict[str, Any] = {
        "carefully": partial(make_carefully, selection),
        "is_settled": is_settled,
        "no_answers": NO_ANSWERS,
    }
    reads: list[str] = []
    checks: list[str] = []
    values = {key: repr(value) for key, value in selection.blank.items()}
    for number, field in enumerate(selection.read):
        assert isinstance(field.shape, Leaf)
        scope[f"leaf{number}"] = partial(complete_leaf, field)
        reads.append(f"v{number} = source.{field.attribute}")
        values[field.key] = f"v{number}"
        careful = f"leaf{number}(level, len(outs), v{number})"
        present = "" if field.shape.non_null else f"v{number} is not None and "
        if field.shape.names:
            scope[f"names{number}"] = field.shape.names.get
            reads.append(f"n{number} = names{number}(v{number})")
            values[field.key] = f"n{number}"
            checks.append(f"if {present}n{number} is None: n{number} = {careful}")
        elif isinstance(field.shape.type, GraphQLScalarType) and (check := CHECKS.get(field.shape.type)):
            checks.append(f"if {present}not ({check.format(v=f'v{number}')}): v{number} = {careful}")
        else:
            scope[f"write{number}"] = field.shape.write
            checks += [
                f"try: w{number} = write{number}(v{number}) if is_settled(type(v{number})) else None",
                f"except Exception: w{number} = None",
                f"if {present}type(w{number}) in no_answers: w{number} = {careful}",
            ]
            values[field.key] = f"w{number}"
    exec(_code(_text(reads, checks, values)), scope)  # noqa: S102 -- checked names only, see above
    make: Callable[[Level], None] = scope["make"]
    return make


def _text(reads: list[str], checks: list[str], values: dict[str, str]) -> str:
    lines = ["def make(level):", " outs = level.outs", " add = outs.append", " for source in level.sources:"]
    if reads:
        lines += ["  try:", *(f"   {read}" for read in reads)]
        lines += ["  except Exception:", "   carefully(level, source)", "   continue"]
    lines += [f"  {check}" for check in checks]
    lines += ["  add({" + ", ".join(f"{key!r}: {value}" for key, value in values.items()) + "})"]
    return "\n".join(lines)


@lru_cache(maxsize=1024)
def _code(text: str) -> CodeType:
    return compile(text, "<selection>", "exec")


def make_carefully(selection: "Selection", level: "Level", source: Any) -> None:
    """One object, when reading it raised: each field for itself."""
    index = len(level.outs)
    out = dict(selection.blank)
    for field in selection.read:
        try:
            value = getattr(source, field.attribute)
        except Exception as error:  # noqa: BLE001  # it becomes a located error
            value = error
        out[field.key] = complete_leaf(field, level, index, value)
    level.outs.append(out)
