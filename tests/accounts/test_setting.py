"""Mails as they travel: any server may take them, and whoever reads one finds what was written."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mentorhub.mail.setting import set_mail
from mentorhub.rules.letters import Attachment, Message

_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_WORDS = st.lists(
    st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1), min_size=1, max_size=12
)
_HEADS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"]
_LINES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")))
_TEXTS = st.lists(_LINES, min_size=1, max_size=8).map(lambda lines: "\n".join([*lines, ""]))


def _set(message: Message, recipient: str = "noor@example.com") -> bytes:
    mail = set_mail(
        message,
        sender='"Hub, Mentor" <support@example.com>',
        recipient=recipient,
        key="0190",
        host="example.com",
        at=_AT,
    )
    return mail.as_bytes()


def _read(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def _said(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert part is not None
    return _content(part)


def _content(part: MIMEPart) -> str:
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


@given(words=_WORDS, text=_TEXTS, html=_TEXTS, calendars=st.lists(_TEXTS, max_size=2))
@example(words=["x" * 200], text="From me\n.\n", html="y" * 2000 + "\n", calendars=["z" * 1200 + "\n"])
@example(
    words=["=?utf-8?q?=0d=0aBcc:_eve@example.com=0d=0a=0d=0aHello?="], text="\n", html="\n", calendars=[]
)
@example(words=["=?utf-8?q?Bob?=", "Smith", "=?utf-8?b?//////8=?="] * 9, text="\n", html="\n", calendars=[])
@example(words=["Grüße"] * 30, text="é\n", html="<p>é</p>\n", calendars=["SUMMARY:é\n"])
def test_what_was_written_arrives_in_lines_that_any_server_takes(
    words: list[str], text: str, html: str, calendars: list[str]
) -> None:
    subject = " ".join(words)
    attachments = tuple(Attachment("a.ics", "text/calendar; method=REQUEST", each) for each in calendars)

    content = _set(Message(subject, text, html, attachments))

    assert content.isascii()
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    mail = _read(content)
    assert mail["Subject"] == subject
    assert [name for name in mail if name != "Content-Type"] == _HEADS
    assert (_said(mail, "plain"), _said(mail, "html")) == (text, html)
    attached = list(mail.iter_attachments())
    assert [_content(part) for part in attached] == calendars
    assert all(part.get_content_type() == "text/calendar" for part in attached)
    assert all(part.get_param("method") == "REQUEST" for part in attached)


def test_heads_say_whom_and_when() -> None:
    mail = _read(_set(Message("A subject", "text\n", "<p>html</p>\n")))

    assert mail["From"].addresses[0].display_name == "Hub, Mentor"
    assert mail["From"].addresses[0].addr_spec == "support@example.com"
    assert mail["To"] == "noor@example.com"
    assert mail["Date"].datetime == _AT
    assert mail["Message-ID"] == "<0190@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "subject", ["A\r\nBcc: eve@example.com", "A\nBcc: eve@example.com", "é\r\nBcc: e@example.com"]
)
def test_a_head_cannot_be_made_two(subject: str) -> None:
    with pytest.raises(ValueError, match="line"):
        _set(Message(subject, "text\n", "<p>html</p>\n"))


@pytest.mark.parametrize(
    "recipient", ["noor@example.com, eve@example.com", "noor@example.com\r\nBcc: eve@example.com"]
)
def test_a_mail_has_one_recipient(recipient: str) -> None:
    mail = _read(_set(Message("A subject", "text\n", "<p>html</p>\n"), recipient))

    assert (mail["To"], mail["Bcc"], mail["Cc"]) == ("noor@example.com", None, None)
