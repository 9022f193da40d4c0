"""Texts that people type."""

import time
import unicodedata

import pytest

from mentorhub.rules import texts
from mentorhub.rules.faults import Faults
from mentorhub.rules.refusals import Forbidden, Invalid, Refusals, Required

FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Noor  Adeyemi\t", "Noor Adeyemi"),
        ("Zoe\u0308", "Zoë"),
        ("Nguyễn\u00a0Thị", "Nguyễn Thị"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("क्\u200dष", "क्\u200dष"),
        ("山田\u3000太郎", "山田 太郎"),
        ("O’Neill-Ó Súilleabháin, 3.", "O’Neill-Ó Súilleabháin, 3."),
        (FAMILY, FAMILY),
        ("❤\ufe0f", "❤\ufe0f"),
    ],
)
def test_a_name_is_kept_as_people_write_it(given: str, kept: str) -> None:
    assert texts.name(given, field="name", at_most=80) == kept


@pytest.mark.parametrize(
    "trick",
    [
        *("No\u200bor", "No\u200dor", "No\u200cor", "No\u2060or", "No\u00ador", "\u200bNoor", "Noor\ufeff"),
        *("\u202enimda", "Noor\u202c", "\u2066Noor\u2069", "Noor\u200f", "Noor\u0600"),
        *("No\x00or", "No\x07or", "No\nor", "No\tor", "No\x85or", "No\u2028or", "No\ud800or", "No\ufffeor"),
        *("No\u3164or", "\u2800Noor", "No\ufe0for", "Noor\U000e0041"),
    ],
)
def test_a_name_with_what_cannot_be_seen_is_refused(trick: str) -> None:
    with pytest.raises(Invalid) as refused:
        texts.name(trick, field="name", at_most=80)

    assert refused.value.field == ("name",)


@pytest.mark.parametrize("rule", [texts.name, texts.line, texts.paragraphs])
@pytest.mark.parametrize(
    "nothing", ["", " ", "\n\t", "\u200b\u200b\u200b", "\u2800", "\u3164", "\u00ad", "\ufe0f", "\x00\x01"]
)
def test_white_space_and_invisible_characters_alone_are_refused(rule: type, nothing: str) -> None:
    with pytest.raises(Invalid):
        rule(nothing, field="topic", at_most=120)


@pytest.mark.parametrize("rule", [texts.name, texts.line, texts.paragraphs])
def test_what_is_missing_is_required(rule: type) -> None:
    with pytest.raises(Required):
        rule(None, field="topic", at_most=120)


@pytest.mark.parametrize("rule", [texts.optional_line, texts.optional_paragraphs, texts.optional_name])
def test_an_optional_text_may_be_left_out_but_not_be_blank(rule: type) -> None:
    assert rule(None, field="notes", at_most=9) is None
    assert rule("", field="notes", at_most=9) is None
    with pytest.raises(Invalid):
        rule("  ", field="notes", at_most=9)


def test_paragraphs_keep_line_breaks_and_tabs_and_lose_other_control_characters() -> None:
    kept = texts.paragraphs("\ufeff one\r\n\ttwo\x00\x1b[31m\rthree\u2028four \n", field="notes", at_most=99)

    assert kept == "one\n\ttwo[31m\nthree\nfour"


def test_a_line_stays_one_line() -> None:
    assert texts.line(" one\r\ntwo\tthree\x00 ", field="topic", at_most=99) == "one two three"


def test_lengths_are_code_points_after_trimming_and_composing() -> None:
    assert texts.line("  " + "e\u0301" * 5 + "  ", field="topic", at_least=5, at_most=5) == "é" * 5
    with pytest.raises(Invalid, match="at least 5"):
        texts.line("e\u0301" * 4, field="topic", at_least=5, at_most=5)
    with pytest.raises(Invalid, match="at most 5"):
        texts.line("e\u0301" * 6, field="topic", at_least=5, at_most=5)


def test_a_long_run_of_marks_is_refused_without_sorting_it() -> None:
    marks = "a" + "\u0301\u0327" * 200_000

    began = time.process_time()
    with pytest.raises(Invalid):
        texts.paragraphs(marks, field="notes", at_most=2000)

    assert time.process_time() - began < 1


def test_only_what_is_seen_counts_as_visible() -> None:
    assert texts.visible(" a\u200bb\u00a0c\n") == 3


def test_every_character_of_a_name_that_is_kept_can_be_seen_or_is_a_space() -> None:
    for number in range(0x3000):
        try:
            kept = texts.name(f"a{chr(number)}b", field="name", at_most=80)
        except Invalid:
            continue
        assert all(unicodedata.category(character) not in {"Cc", "Cf", "Cs"} for character in kept)


def test_all_faults_of_one_input_are_told_together() -> None:
    faults = Faults()

    faults.check(texts.line, None, field="topic", at_most=120)
    kept = faults.check(texts.line, "fine", field="title", at_most=120)
    faults.check(texts.line, "x" * 9, field=("social_links", "github"), at_most=8)
    faults.add(Invalid("Too late.", field="ends_at"))

    assert kept == "fine"
    with pytest.raises(Refusals) as refused:
        faults.tell()
    assert [(fault.code, fault.field) for fault in refused.value.refusals] == [
        ("REQUIRED", ("topic",)),
        ("INVALID", ("social_links", "github")),
        ("INVALID", ("ends_at",)),
    ]


def test_who_may_not_ask_at_all_is_told_so_at_once() -> None:
    def forbid() -> None:
        raise Forbidden

    with pytest.raises(Forbidden):
        Faults().check(forbid)
