"""Listens to all that is logged while tests run, and knows every secret that was made or typed meanwhile."""

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from mentorhub import passwords
from mentorhub.rules import secrets as made

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32,}")
"""Whatever could be a token that was handed out, prefix included."""
_SHORTEST: Final = 8
"""Shorter passwords are what tests of bad input use, and stand in many a word."""


class Eavesdropper(logging.Handler):
    """Keeps what was logged until it is looked at."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self._said: list[str] = []
        self.tokens: set[str] = set()
        self.passwords: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(f"{record.name}: {self.format(record)}")

    def found(self) -> list[str]:
        """What was logged since the last time, and has a secret in it."""
        said, self._said = self._said, []
        return [line for line in said if self._tells(line)]

    def _tells(self, line: str) -> bool:
        tokens = (found for token in _TOKEN.findall(line) for found in (token, token.removeprefix("mh_")))
        return any(token in self.tokens for token in tokens) or any(each in line for each in self.passwords)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hears the service's own log whole, and of all others what they say by themselves."""
        root, own = logging.getLogger(), logging.getLogger("mentorhub")
        patched: Any = made
        level, octets, source = own.level, passwords._octets, patched.secrets

        class Source:
            """The standard library's secrets, noted."""

            token_hex = staticmethod(secrets.token_hex)

            @staticmethod
            def token_urlsafe(octets: int | None = None) -> str:
                token = secrets.token_urlsafe(octets)
                self.tokens.add(token)
                return token

        def noted(password: str) -> bytes:
            if len(password) >= _SHORTEST:
                self.passwords.add(password)
            return octets(password)

        patched.secrets, passwords._octets = Source, noted
        root.addHandler(self)
        own.setLevel(logging.DEBUG)
        try:
            yield
        finally:
            own.setLevel(level)
            root.removeHandler(self)
            patched.secrets, passwords._octets = source, octets
