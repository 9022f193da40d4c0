"""Words as search knows them: without case, accents and marks, the same on every database."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from mentorhub.rules.keys import Key

LONGEST: Final = 40
"""Of a longer word only so many characters count."""

_WITHOUT_STROKES: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
"""Letters that Unicode does not take apart into a plain one and a mark."""
_PLAIN_WORD: Final = re.compile("[a-z0-9]+")


def words_of(text: str | None) -> list[str]:
    """The words of *text* in their order: runs of letters and digits, folded."""
    if not text:
        return []
    if text.isascii():
        # As below, at a tenth of the time: there is nothing to take apart.
        return [word[:LONGEST] for word in _PLAIN_WORD.findall(text.lower())]
    return list(_words(text))


def sought(text: str | None) -> list[str] | None:
    """The words that *text* looks for, each once; None where it looks for nothing, none where no word could be what it
    says.
    """
    return list(dict.fromkeys(words_of(text))) if text is not None and not text.isspace() and text else None


def of_profile(
    *, name: str, company: str | None, job_title: str | None, bio: str, expertise: Iterable[Key]
) -> str:
    """What a mentor is found by: the words of the profile, and a mark for each expertise, whatever it is called."""
    return " ".join((text_of(name, company, job_title, bio), *map(mark_of, expertise)))


def mark_of(key: Key) -> str:
    """A word that no text has, for the thing with *key*."""
    return f"§{key.replace('-', '')}"


def text_of(*texts: str | None) -> str:
    """What is stored of *texts* to be searched: their words, each once, with spaces between them."""
    return each_once(map(words_of, texts))


def each_once(texts: Iterable[Iterable[str]]) -> str:
    """What is stored of texts whose words are known."""
    return " ".join(dict.fromkeys(word for words in texts for word in words))


def sort_key(text: str) -> str:
    """What *text* is sorted by: its folded form, so that é stands with e."""
    return " ".join(words_of(text)) or text.casefold()


def _words(text: str) -> Iterator[str]:
    word: list[str] = []
    # Twice: taken apart, some characters become capitals, and some folded ones can be taken apart.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold()).casefold())
    for character in folded.translate(_WITHOUT_STROKES):
        match unicodedata.category(character)[0]:
            case "L" | "N":
                word.append(character)
            case "M":
                continue
            case _ if word:
                yield "".join(word)[:LONGEST]
                word = []
    if word:
        yield "".join(word)[:LONGEST]
