"""Comma-separated values (RFC 4180) that spreadsheets read as text, whatever people have typed."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

_STARTS: Final = frozenset("=+-@\t\r\n|%＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula, if it comes first."""


def defused(text: str | None) -> str:
    """*text* with an apostrophe before it where a spreadsheet would run it as a formula; nothing for None."""
    if not text:
        return ""
    return f"'{text}" if text.lstrip()[:1] in _STARTS or text[0] in _STARTS else text


def written(rows: Iterable[Sequence[object]]) -> bytes:
    """*rows* as lines that end in CR LF, in UTF-8; what holds commas, quotes or line breaks is quoted."""
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue().encode()
