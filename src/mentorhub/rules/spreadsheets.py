"""Comma-separated values (RFC 4180) that spreadsheets read as text, whatever people have typed."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

_STARTS: Final = frozenset("=+-−@|%")
"""What a spreadsheet may take for the beginning of a formula, whatever its width, if nothing visible is before it."""
_BREAKS: Final = frozenset("\t\r\n")


def defused(text: str | None) -> str:
    """*text* with an apostrophe before it where a spreadsheet would run it as a formula; nothing for None."""
    if not text:
        return ""
    first = next((each for each in text if unicodedata.category(each)[0] not in "CZ"), "")
    runs = text[0] in _BREAKS or unicodedata.normalize("NFKC", first) in _STARTS
    return f"'{text}" if runs else text


def written(rows: Iterable[Sequence[object]]) -> bytes:
    """*rows* as lines that end in CR LF, in UTF-8; what holds commas, quotes or line breaks is quoted."""
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue().encode()
