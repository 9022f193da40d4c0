"""What mentors know: how it is called, and by which part of an address it is known."""

from typing import Final

from mentorhub.rules import texts
from mentorhub.rules.refusals import Invalid
from mentorhub.rules.search_words import words_of

_LONGEST: Final = 60
_SPOKEN: Final = str.maketrans({"+": " plus ", "#": " sharp ", "&": " and "})
"""What tells C, C++ and C# apart."""


def checked_name(value: str | None) -> str:
    """The name of an expertise. Raises Required, Invalid."""
    name = texts.name(value, field="name", at_most=_LONGEST)
    if not slug_of(name):
        raise Invalid("A name has letters or digits.", field="name")
    return name


def slug_of(name: str) -> str:
    """*name* for addresses: `machine-learning`, `c-plus-plus`. Names that read alike have one slug."""
    return "-".join(words_of(name.translate(_SPOKEN)))
