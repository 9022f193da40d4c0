"""Mails as they travel: headers, a text, an HTML of the same, and files."""

from datetime import datetime
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from functools import lru_cache
from secrets import token_hex
from typing import Any

from mentorhub.rules.letters import Message

_FEW = 64
"""Headers, of which most are in every mail."""


class _Headers(HeaderRegistry):
    """Makes the class of each header once, where its parent makes one for each mail, and remembers what was read."""

    def __init__(self) -> None:
        super().__init__()
        self._kind = lru_cache(maxsize=_FEW)(super().__getitem__)
        self._header = lru_cache(maxsize=_FEW)(super().__call__)

    def __getitem__(self, name: str) -> Any:
        return self._kind(name)

    def __call__(self, name: str, value: Any) -> Any:
        return self._header(name, value) if isinstance(value, str) else super().__call__(name, value)


_POLICY = SMTP.clone(header_factory=_Headers())
_LONGEST_LINE = 990
"""In octets: what SMTP lets a line have, but for its end."""


def set_mail(
    message: Message, *, sender: str, recipient: str, key: str, host: str, at: datetime
) -> EmailMessage:
    """*message* from *sender* ("MentorHub <support@example.com>") to *recipient*.

    *key* names the mail at *host* for ever: sent twice by mischance, it is shown once.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _sender(sender)
    mail["To"] = _address(recipient)
    mail["Subject"] = message.subject
    mail["Date"] = at
    mail["Message-ID"] = f"<{key}@{host}>"
    # Nobody's absence is answered to us, and no list takes it for a person's mail.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte=_encoding(message.text))
    # Nobody can have written what parts them: else all texts are searched for one that none of them has.
    unsaid = token_hex(12)
    mail.make_alternative(f"{unsaid}.1")
    mail.add_alternative(message.html, subtype="html", cte=_encoding(message.html))
    if message.attachments:
        mail.make_mixed(f"{unsaid}.0")
    for each in message.attachments:
        media_type, *parameters = (part.strip() for part in each.media_type.split(";"))
        subtype = media_type.partition("/")[2]
        mail.add_attachment(
            each.text,
            subtype=subtype,
            filename=each.name,
            params=dict(parameter.split("=", 1) for parameter in parameters),
        )
    return mail


@lru_cache(maxsize=1)
def _sender(text: str) -> str:
    return str(_address(text))


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(name, addr_spec=address)


def _encoding(text: str) -> str:
    """As it is where any server takes that: it stays readable, links above all."""
    is_plain = text.isascii() and max(map(len, text.split("\n"))) <= _LONGEST_LINE
    return "7bit" if is_plain else "quoted-printable"
