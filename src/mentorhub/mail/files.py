"""Mails as files, for whoever has no mail server: one .eml each, the newest last by name."""

import asyncio
import os
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from secrets import token_hex

from mentorhub.mail.doors import Postponed


class Files:
    """Puts mails into *directory*, which is made when the first comes."""

    def __init__(self, directory: str) -> None:
        self._directory = Path(directory)

    async def send(self, mail: EmailMessage) -> None:
        try:
            await asyncio.to_thread(self._write, mail.as_bytes())
        except OSError as error:
            msg = f"the file could not be written: {error.strerror}"
            raise Postponed(msg) from error

    def _write(self, content: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}Z-{token_hex(4)}"
        unfinished = self._directory / f".{name}"
        # For its owner only: it may carry a token.
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._directory / f"{name}.eml")
