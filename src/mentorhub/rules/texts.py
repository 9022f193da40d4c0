"""Texts that people type: trimmed, composed (NFC), without control characters, never of invisible ones alone.

Lengths are code points after that. `name` is for what others are known by, and refuses what could pass one
name off as another; `line` and `paragraphs` are for what is read as prose. Each raises Required for None,
Invalid for the rest; `faults.Faults` collects them. The optional ones take None and the empty text as nothing
given.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from mentorhub.rules.refusals import Invalid, Required

Field = str | Iterable[str]

_BREAKS: Final = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

_BLANKS: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U0001d159"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
"""Letters, marks and symbols that draw nothing."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
"""The categories of what is not seen by itself."""
_NEVER_CHARACTERS: Final = re.compile("[\u2065\ufdd0-\ufdef\ufff0-\ufff8\U000e0000-\U000e0fff]")
"""Code points that will never have a character to see; others may be emoji younger than this Python."""

_JOINERS: Final = frozenset("\u200c\u200d")
_EMOJI_VARIANT: Final = "\ufe0f"
_VIRAMA: Final = 9
"""The combining class of the signs that joiners follow in Indic scripts."""

_COMPOSED: Final = 4
"""As many code points as NFC makes one of at most."""


def name(value: str | None, *, field: Field, at_least: int = 1, at_most: int) -> str:
    """A line without control, bidirectional or zero-width characters, with single spaces.

    Joiners pass where a script or an emoji needs them.
    """
    given = _given(value, field)
    trimmed = given.strip()
    _bounded(trimmed, field, at_most)
    composed = unicodedata.normalize("NFC", trimmed)
    if not all(_is_honest(composed, at) for at in range(len(composed))):
        raise Invalid(f"{_label(field)} contains characters that cannot be seen.", field=field)
    return _measured(re.sub(r"\s+", " ", composed), field, at_least, at_most)


def line(value: str | None, *, field: Field, at_least: int = 1, at_most: int) -> str:
    """Text of one line: line breaks and tabs become spaces."""
    given = re.sub("[\n\t]+", " ", _BREAKS.sub("\n", _given(value, field)))
    return _measured(_clean(given, field, at_most), field, at_least, at_most)


def paragraphs(value: str | None, *, field: Field, at_least: int = 1, at_most: int) -> str:
    """Text of any number of lines; every way to break one is kept as a line feed."""
    given = _BREAKS.sub("\n", _given(value, field))
    return _measured(_clean(given, field, at_most), field, at_least, at_most)


def optional_line(value: str | None, *, field: Field, at_least: int = 1, at_most: int) -> str | None:
    return line(value, field=field, at_least=at_least, at_most=at_most) if value else None


def optional_paragraphs(value: str | None, *, field: Field, at_least: int = 1, at_most: int) -> str | None:
    return paragraphs(value, field=field, at_least=at_least, at_most=at_most) if value else None


def optional_name(value: str | None, *, field: Field, at_least: int = 1, at_most: int) -> str | None:
    return name(value, field=field, at_least=at_least, at_most=at_most) if value else None


def visible(text: str) -> int:
    """How many characters of *text* can be seen: no white space, nothing of zero width."""
    return sum(map(_is_seen, text))


def _is_seen(character: str) -> bool:
    if unicodedata.category(character) == "Cn":
        return ord(character) & 0xFFFE != 0xFFFE and not _NEVER_CHARACTERS.match(character)
    return unicodedata.category(character) not in _UNSEEN and character not in _BLANKS


def _is_honest(text: str, at: int) -> bool:
    """Whether the character at *at* shows itself, or is a space or a joiner in its place."""
    character = text[at]
    if _is_seen(character) or unicodedata.category(character) == "Zs":
        return True
    before, after = text[at - 1] if at else "", text[at + 1] if at + 1 < len(text) else ""
    if character == _EMOJI_VARIANT:
        return bool(before) and unicodedata.category(before) in {"So", "Sm", "Po", "Nd"}
    if character not in _JOINERS or not before or not after:
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return True
    if character == "\u200c":
        return unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"
    return _is_pictured(before) and _is_pictured(after)


def _is_pictured(character: str) -> bool:
    """Whether *character* is (the end of) an emoji."""
    return character == _EMOJI_VARIANT or unicodedata.category(character) in {"So", "Sk"}


def _given(value: str | None, field: Field) -> str:
    if value is None:
        raise Required(f"{_label(field)} is required.", field=field)
    return value


def _clean(given: str, field: Field, at_most: int) -> str:
    kept = _trimmed(_CONTROLS.sub("", given))
    _bounded(kept, field, at_most)
    return _trimmed(unicodedata.normalize("NFC", kept))


def _trimmed(text: str) -> str:
    return text.strip(_EDGES)


_EDGES: Final = "".join(
    character
    for character in map(chr, range(0x10000))
    if character.isspace() or character in "\u00ad\u180e\u200b\u2060\ufeff"
)
"""What is trimmed: white space, and what is as good as white space at an end."""


def _bounded(text: str, field: Field, at_most: int) -> None:
    # Before NFC, whose time grows with the square of a run of marks.
    if len(text) > at_most * _COMPOSED:
        raise _too_long(field, at_most)


def _measured(text: str, field: Field, at_least: int, at_most: int) -> str:
    if not any(map(_is_seen, text)):
        raise Invalid(f"{_label(field)} must not be empty.", field=field)
    if len(text) < at_least:
        raise Invalid(f"{_label(field)} must have at least {at_least} characters.", field=field)
    if len(text) > at_most:
        raise _too_long(field, at_most)
    return text


def _too_long(field: Field, at_most: int) -> Invalid:
    return Invalid(f"{_label(field)} must have at most {at_most:,} characters.", field=field)


def _label(field: Field) -> str:
    """How *field* is called in a sentence: the last word of its path."""
    last = field if isinstance(field, str) else list(field)[-1]
    return last.replace("_", " ").capitalize()
