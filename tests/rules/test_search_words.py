import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorhub.rules.search_words import LONGEST, sort_key, sought, text_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Noor Adeyemi", ["noor", "adeyemi"]),
        ("José Nuñez-García", ["jose", "nunez", "garcia"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("Łódź Ærø İstanbul", ["lodz", "aero", "istanbul"]),
        ("C++ / C#, .NET; Vue.js 3", ["c", "c", "net", "vue", "js", "3"]),
        ("50%_off", ["50", "off"]),
        ("Ελλάδα ΣΟΦΟΣ", ["ελλαδα", "σοφοσ"]),
        ("ﬁne ℍilbert ①", ["fine", "hilbert", "1"]),
        ("机器学习", ["机器学习"]),
        (" \t\n", []),
        ("%*'\"", []),
        (None, []),
    ],
)
def test_a_text_is_words_without_case_and_accents(text: str | None, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_words_are_words_already(text: str) -> None:
    words = words_of(text)

    assert words_of(" ".join(words)) == words
    assert all(word and len(word) <= LONGEST and " " not in word for word in words)


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_words_are_the_same_beside_others(text: str) -> None:
    assert words_of(text) == words_of(f"{text} é")[:-1]


@given(st.text(), st.text())
def test_two_texts_have_the_words_of_both(one: str, other: str) -> None:
    assert text_of(one, other).split() == list(dict.fromkeys(words_of(one) + words_of(other)))


def test_looking_for_nothing_is_not_looking_for_what_no_word_can_be() -> None:
    assert sought(None) is sought("") is sought("  \n") is None
    assert sought("%") == []
    assert sought(" Data  sci ") == ["data", "sci"]


def test_names_sort_as_they_are_spoken() -> None:
    assert sorted(["Zoe", "Émile", "anna", "Eve"], key=sort_key) == ["anna", "Émile", "Eve", "Zoe"]
