"""Mails as they travel: headers, a text, an HTML of the same, and files."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from mentorhub.rules.letters import Message

_LONGEST_LINE = 990
"""In octets: what SMTP lets a line have, but for its end."""


def set_mail(
    message: Message, *, sender: str, recipient: str, key: str, host: str, at: datetime
) -> EmailMessage:
    """*message* from *sender* ("MentorHub <support@example.com>") to *recipient*.

    *key* names the mail at *host* for ever: sent twice by mischance, it is shown once.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender)
    mail["To"] = _address(recipient)
    mail["Subject"] = message.subject
    mail["Date"] = at
    mail["Message-ID"] = f"<{key}@{host}>"
    # Nobody's absence is answered to us, and no list takes it for a person's mail.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte=_encoding(message.text))
    mail.add_alternative(message.html, subtype="html", cte=_encoding(message.html))
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


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(name, addr_spec=address)


def _encoding(text: str) -> str:
    """As it is where any server takes that: it stays readable, links above all."""
    is_plain = text.isascii() and max(map(len, text.split("\n"))) <= _LONGEST_LINE
    return "7bit" if is_plain else "quoted-printable"
