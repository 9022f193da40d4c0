"""Mails as they travel: headers, a text, an HTML of the same, and files."""

from collections.abc import Iterable
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from secrets import token_hex
from typing import Any, TypeVar

from mentorhub.mail.doors import Undeliverable
from mentorhub.rules.letters import Attachment, Message

Whole = TypeVar("Whole", bound=MIMEPart)

_FEW = 64
"""Headers whose names are known to the standard library, and some that are not."""


class _Headers(HeaderRegistry):
    """Makes the class of each header once, where its parent makes one for each mail."""

    def __init__(self) -> None:
        super().__init__()
        self._kind = lru_cache(maxsize=_FEW)(super().__getitem__)

    def __getitem__(self, name: str) -> Any:
        return self._kind(name)


class _Plain(EmailPolicy):
    """Takes a header that is plain text for what it is, where its parent reads each to write it again.

    Nearly all of ours are, and a mail was two thirds that. The others, and long lines, go the parent's way.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if isinstance(value, Header):
            return name, value.encode(linesep=self.linesep)
        is_plain = isinstance(value, str) and _is_plain(value)
        return (name, value) if is_plain else super().header_store_parse(name, value)

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        return value


_POLICY = _Plain(linesep="\r\n", cte_type="7bit", header_factory=_Headers())
"""Lines and octets that any server takes, whatever it offers."""
_ENCODED_LINE = 75
"""In octets: what a line of a header has at most, where its words are encoded."""
_LONGEST_LINE = 990
"""In octets: what SMTP lets a line have, but for its end."""


def set_mail(
    message: Message, *, sender: str, recipient: str, key: str, host: str, at: datetime
) -> EmailMessage:
    """*message* from *sender* ("MentorHub <support@example.com>") to *recipient*.

    *key* names the mail at *host* for ever: sent twice by mischance, it is shown once. Raises Undeliverable where
    nobody can have the address *recipient*, ValueError for a bad *sender* and a subject of several lines.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(sender)
    mail["To"] = _recipient(recipient)
    mail["Subject"] = _words(message.subject, "Subject")
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{key}@{host}>"
    # Nobody's absence is answered to us, and no list takes it for a person's mail.
    mail["Auto-Submitted"] = "auto-generated"
    mail["MIME-Version"] = "1.0"
    # Nobody can have written what parts them: else all texts are searched for one that none of them has.
    unsaid = token_hex(12)
    bodies = (_text(message.text, "plain"), _text(message.html, "html"))
    if message.attachments:
        both = _consisting(MIMEPart(policy=_POLICY), "alternative", f"{unsaid}.1", bodies)
        return _consisting(mail, "mixed", f"{unsaid}.0", (both, *map(_attached, message.attachments)))
    return _consisting(mail, "alternative", f"{unsaid}.1", bodies)


def _text(text: str, subtype: str) -> MIMEPart:
    part = MIMEPart(policy=_POLICY)
    part.set_content(text, subtype=subtype, cte=_encoding(text))
    return part


def _attached(attachment: Attachment) -> MIMEPart:
    media_type, *parameters = (each.strip() for each in attachment.media_type.split(";"))
    part = MIMEPart(policy=_POLICY)
    part.set_content(
        attachment.text,
        subtype=media_type.partition("/")[2],
        disposition="attachment",
        filename=attachment.name,
        params=dict(parameter.split("=", 1) for parameter in parameters),
    )
    return part


def _consisting(whole: Whole, subtype: str, boundary: str, parts: Iterable[MIMEPart]) -> Whole:
    """*whole*, which has *parts* from now on; `make_mixed` and the like would write each header three times."""
    whole["Content-Type"] = f'multipart/{subtype}; boundary="{boundary}"'
    whole.set_payload([*parts])
    return whole


def _is_plain(text: str) -> bool:
    """Whether *text* is read in a header as it is written: `=?` would begin a word that is to be decoded."""
    return text.isascii() and text.isprintable() and "=?" not in text


def _words(text: str, name: str) -> str | Header:
    """What people have written, for the header *name*; encoded so that it is read as it stands here."""
    if len(text.splitlines()) > 1:
        msg = f"{name} has several lines"
        raise ValueError(msg)
    return text if _is_plain(text) else Header(text, "utf-8", maxlinelen=_ENCODED_LINE, header_name=name)


def _recipient(text: str) -> str:
    try:
        return _address(text)
    except (ValueError, IndexError, MessageError):
        msg = "nobody can have this address"
        raise Undeliverable(msg) from None


@lru_cache(maxsize=1024)
def _address(text: str) -> str:
    """*text* as a header has it; raises where it is not one address, of ASCII."""
    name, address = parseaddr(text)
    return str(Address(name, addr_spec=address))


def _encoding(text: str) -> str:
    """As it is where any server takes that: it stays readable, links above all."""
    is_plain = text.isascii() and max(map(len, text.split("\n"))) <= _LONGEST_LINE
    return "7bit" if is_plain else "quoted-printable"
