"""The commonest passwords of ten characters or more: what anybody who guesses would try first.

Hardly any long password is common by itself; the rest is a common beginning and a common ending. Neither case nor
look-alikes (`P@ssw0rd`) make one less common; and short repetitions, runs and walks over the keyboard are common too.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Final

_BEGINNINGS: Final = """
    123 1234 12345 123456 a aa abc abcd admin administrator alex alexander amanda america andrew angel anthony
    apple april arsenal asdf asdfgh ashley august autumn azerty babygirl bailey banana barcelona baseball
    basketball batman biteme blink182 buster butterfly changeme charlie cheese chelsea chocolate chris computer
    contrasena cookie daniel david december default diamond dragon elephant facebook february flower football
    freedom friday friends george ginger google guest hannah happy harley haslo hello hockey hunter iloveu
    iloveyou internet january jasmine jennifer jessica jesus jordan joshua july june justin killer letmein
    linkedin liverpool login love lovely lovers march master matrix matthew melissa michael michelle minecraft
    monday money monkey monster motdepasse mother mustang mypass mypassword newpass newpassword nicole ninja
    nothing november october orange parola pass passcode passwd password passwords passwort pepper pokemon
    princess purple qazwsx qwe qweasd qwer qwert qwerty qwertyuiop qwertz rainbow robert root samantha samsung
    secret secure security senha september shadow slipknot snoopy soccer spring starwars summer sunshine superman
    superstar system taylor temp temporary test tester testing thomas tigger trustno user username victoria
    wachtwoord welcome whatever william windows winter xxx yankees zaq zxcvbnm
"""

_ENDING: Final = re.compile(
    r"[0-9]{1,6}[!?.*#$@]{0,3}|[!?.*#$@]{1,4}[0-9]{0,6}|abc|qwerty|pass|password|admin|xyz"
)
"""What is put behind a word so that it is long enough."""

_LOOK_ALIKE: Final = str.maketrans("@4013$57", "aaolesst")
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop[]",
    "asdfghjkl;",
    "zxcvbnm,./",
    "qwertzuiopü",
    "azertyuiop",
    "1234567890-=",
    "!@#$%^&*()_+",
    "qwertyuiopasdfghjklzxcvbnm",
)
_LONGEST_UNIT: Final = 4
_LONGEST_PATTERN: Final = 16
"""What is longer takes more patience to type than anybody has who means to be quick."""


def is_common(password: str) -> bool:
    """Whether *password* is one of the first that anybody would try, whatever its case."""
    folded = password.casefold()
    return folded in _whole() or _is_extended(folded) or _is_pattern(folded)


def _is_extended(folded: str) -> bool:
    looked_through = folded.translate(_LOOK_ALIKE)
    return any(
        (folded.startswith(beginning) or looked_through.startswith(beginning))
        and (len(folded) == len(beginning) or _ENDING.fullmatch(folded, len(beginning)) is not None)
        for beginning in _beginnings()
    )


def _is_pattern(folded: str) -> bool:
    """Whether *folded* is a run, a walk over the keyboard, or few characters again and again."""
    if len(folded) > _LONGEST_PATTERN or not folded.isascii():
        return False
    if any(folded in row or folded in row[::-1] for row in _ROWS):
        return True
    units = (folded[:size] for size in range(1, _LONGEST_UNIT + 1))
    return any((unit * len(folded))[: len(folded)] == folded for unit in units)


@cache
def _whole() -> frozenset[str]:
    listed = files("mentorhub.rules").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(listed.split())


@cache
def _beginnings() -> frozenset[str]:
    words = _BEGINNINGS.split()
    return frozenset(words) | {word.translate(_LOOK_ALIKE) for word in words}
