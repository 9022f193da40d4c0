"""Exports in spreadsheets: LibreOffice reads what was written, and runs nothing that people have typed."""

import asyncio
import csv
import io
import shutil
import subprocess
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorhub.rules import spreadsheets
from mentorhub.rules.spreadsheets import defused

FORMULAS: Final = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "\u3000=1+1", "＝1+1",
    "＋1+1", "－1+1", "＠SUM(1)", "|calc", "%0A=1+1", '=HYPERLINK("http://example.com";"x")', "=cmd|' /C calc'!A0",
    '=1+1","=2+2', "−1+1", "\ufeff=1+1", "\u200b=1+1",
)  # fmt: skip
TEXTS: Final = (
    "Zoë Ångström", "日本語 العربية עברית", "👩‍🏫 mentor", 'She said "so", twice', "one\ntwo\n\nfour", "a,b;c\td",
    "1=1", "a@b.example", "’t", "“=”", "ends in \\", "'quoted'",
)  # fmt: skip


def _converted(directory: Path, data: bytes) -> tuple[list[list[str]], int]:
    """The cells that LibreOffice has after it has read *data* as it comes, and how many of them are formulas."""
    (directory / "in.csv").write_bytes(data)
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{directory}/profile", "--convert-to"]
    back = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
    # UTF-8 with commas; everything else as it is for somebody who opens the file.
    steps = (["ods:calc8", "--infilter=CSV:44,34,76,1", "in.csv"], [back, "--outdir", "back", "in.ods"])
    for step in steps:
        subprocess.run([*command, *step], cwd=directory, check=True, capture_output=True, timeout=120)
    with ZipFile(directory / "in.ods") as sheet:
        formulas = sheet.read("content.xml").count(b"table:formula=")
    text = (directory / "back" / "in.csv").read_text("utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True)), formulas


def _plain(text: str) -> str:
    """LibreOffice keeps line breaks of one kind, and no tabs."""
    return text.replace("\r", "\n").replace("\t", "")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
async def test_libreoffice_reads_every_text_as_it_was_typed_and_runs_none(tmp_path: Path) -> None:
    typed = [*FORMULAS, *TEXTS]
    (tmp_path / "raw").mkdir()

    found, run = await asyncio.to_thread(
        _converted,
        tmp_path,
        spreadsheets.written([number, defused(text)] for number, text in enumerate(typed)),
    )
    _, run_raw = await asyncio.to_thread(
        _converted,
        tmp_path / "raw",
        spreadsheets.written([number, text] for number, text in enumerate(typed)),
    )

    assert [(number, _plain(text)) for number, text in found] == [
        (str(number), _plain(defused(text))) for number, text in enumerate(typed)
    ]
    assert run == 0
    assert run_raw > 3


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", *TEXTS])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert defused(text) == text


def test_lines_are_those_of_rfc_4180() -> None:
    assert (
        spreadsheets.written([["a", 'b"c', "d,e", "f\ng"], [1, None]]) == b'a,"b""c","d,e","f\ng"\r\n1,\r\n'
    )


@given(table=st.lists(st.lists(st.text(), min_size=2, max_size=4), max_size=5))
def test_python_reads_back_whatever_was_written(table: list[list[str]]) -> None:
    data = spreadsheets.written(table)

    assert list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True)) == table
