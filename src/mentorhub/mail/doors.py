"""What every way out for mails can do."""

from email.message import EmailMessage
from typing import Protocol


class Mail(Protocol):
    async def send(self, mail: EmailMessage) -> None:
        """Hands *mail* over. Raises Postponed, Undeliverable."""
        ...


class Postponed(Exception):  # noqa: N818 -- it reads as what it is
    """It did not go this time, and may the next time; the message says why, without anything of the mail."""


class Undeliverable(Exception):  # noqa: N818 -- as Postponed
    """It will never go."""
