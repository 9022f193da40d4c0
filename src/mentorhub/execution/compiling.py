"""The generated code: a function for each selection, which reads or makes the leaves of a level's objects.

Nothing goes into the code but names that the schema and the document have been checked for. For

    { id name company label status timezone slots { … } }

where `id` is read after a prefix, and `label` made by a function of the object, it is

    def make(level):
        outs = level.outs
        add = outs.append
        for source in level.sources:
            try:
                v0 = prefix0 + source.id
                v1 = source.name
                v2 = source.company
                v4 = source.status
                v5 = source.timezone
            except Exception:
                carefully(level, source)
                continue
            try: v3 = call3(source)
            except Exception as error: v3 = error
            if not (type(v0) is str): v0 = leaf0(level, len(outs), v0)
            …
            if v2 is not None and not (type(v2) is str): v2 = leaf2(level, len(outs), v2)
            …
            try: n4 = name4(v4)
            except Exception: n4 = None
            if n4 is None: n4 = leaf4(level, len(outs), v4)
            try: w5 = write5(v5) if is_settled(type(v5)) else None
            except Exception: w5 = None
            if type(w5) in no_answers: w5 = leaf5(level, len(outs), v5)
            add({'id': v0, 'name': v1, 'company': v2, 'label': v3, 'status': n4, 'timezone': w5, 'slots': None})

where the `leaf` functions are the careful way for one value, and `carefully` the one for a whole object.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, partial
from types import CodeType
from typing import TYPE_CHECKING, Any

from .completing import complete_leaf
from .resolving import Attribute, attempt
from .shapes import NO_ANSWERS, Leaf, is_settled

if TYPE_CHECKING:
    from .levels import Level
    from .plans import Selection


def compiled(selection: "Selection") -> Callable[["Level"], None]:
    scope: dict[str, Any] = {
        "UTC": UTC,
        "carefully": partial(make_carefully, selection),
        "datetime": datetime,
        "is_settled": is_settled,
        "no_answers": NO_ANSWERS,
    }
    reads: list[str] = []
    calls: list[str] = []
    checks: list[str] = []
    values = {key: repr(value) for key, value in selection.blank.items()}
    for number, field in enumerate(selection.read):
        assert isinstance(field.shape, Leaf)
        scope[f"leaf{number}"] = partial(complete_leaf, field)
        values[field.key] = f"v{number}"
        if isinstance(field.way, Attribute):
            scope[f"prefix{number}"] = field.way.prefix
            before = f"prefix{number} + " if field.way.prefix else ""
            reads.append(f"v{number} = {before}source.{field.way.name}")
        else:
            scope[f"call{number}"] = field.way.of_source
            calls += [
                f"try: v{number} = call{number}(source)",
                f"except Exception as error: v{number} = error",
            ]
        careful = f"leaf{number}(level, len(outs), v{number})"
        present = "" if field.shape.non_null else f"v{number} is not None and "
        if field.shape.names:
            scope[f"name{number}"] = field.shape.names.get
            values[field.key] = f"n{number}"
            checks += [
                f"try: n{number} = name{number}(v{number})",
                f"except Exception: n{number} = None",
                f"if {present}n{number} is None: n{number} = {careful}",
            ]
        elif field.shape.check:
            check = field.shape.check.format(v=f"v{number}")
            checks.append(f"if {present}not ({check}): v{number} = {careful}")
        else:
            scope[f"write{number}"] = field.shape.write
            values[field.key] = f"w{number}"
            checks += [
                f"try: w{number} = write{number}(v{number}) if is_settled(type(v{number})) else None",
                f"except Exception: w{number} = None",
                f"if {present}type(w{number}) in no_answers: w{number} = {careful}",
            ]
    exec(_code(_text(reads, calls + checks, values)), scope)  # noqa: S102 -- checked names only, see above
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
        assert field.way.of_source is not None
        out[field.key] = complete_leaf(field, level, index, attempt(field.way.of_source, source))
    level.outs.append(out)
