"""The way out for mails: which one, the URL says.

`file:DIRECTORY` puts each into a file of its own, `console:` prints them, `smtp://user:password@host:port` hands them
to a server, over TLS if it offers that, and `smtps://…` over TLS from the start.
"""

from mentorhub.mail.console import Console
from mentorhub.mail.doors import Mail, Postponed, Undeliverable
from mentorhub.mail.files import Files
from mentorhub.mail.smtp import SMTP

__all__ = ["Mail", "Postponed", "Undeliverable", "open_mail"]


def open_mail(url: str) -> Mail:
    """Raises ValueError for a URL that is none of these."""
    scheme, _, rest = url.partition(":")
    match scheme:
        case "file":
            return Files(rest)
        case "console":
            return Console()
        case "smtp" | "smtps":
            return SMTP(url)
        case _:
            msg = "the mail URL must start with file:, console:, smtp:// or smtps://"
            raise ValueError(msg)
