"""Mails through a real SMTP server: one that takes them, and ones that fail, stall and refuse."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd import smtp
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from mentorhub.mail import Postponed, Undeliverable, open_mail
from mentorhub.mail.setting import set_mail
from mentorhub.mail.smtp import SMTP
from mentorhub.rules.letters import Attachment, Message
from tests.accounts.people import REQUEST_RESET, RESET, person
from tests.api import MONDAY, Api


class Handler:
    """Takes mails, or says of a step what it is told to say."""

    def __init__(self, **says: str | Callable[[], Any]) -> None:
        self.says = says
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []

    async def _say(self, step: str, default: str) -> str:
        said = self.says.get(step, default)
        return said if isinstance(said, str) else await said()

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd calls it so
        self, server: smtp.SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        envelope.mail_from = address
        return await self._say("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd calls it so
        self, server: smtp.SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        said = await self._say("RCPT", "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(  # noqa: N802 -- aiosmtpd calls it so
        self, server: smtp.SMTP, session: Session, envelope: Envelope
    ) -> str:
        said = await self._say("DATA", "250 OK")
        if said.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients += envelope.rcpt_tos
        return said

    async def handle_QUIT(  # noqa: N802 -- aiosmtpd calls it so
        self, server: smtp.SMTP, session: Session, envelope: Envelope
    ) -> str:
        return await self._say("QUIT", "221 Bye")


@asynccontextmanager
async def listening(handler: Handler, **how: Any) -> AsyncIterator[int]:
    tls = how.pop("tls", None)
    server = await asyncio.get_running_loop().create_server(
        lambda: smtp.SMTP(handler, hostname="localhost", **how), "127.0.0.1", 0, ssl=tls
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _mail(text: str = "Hello\n.\nthere\n") -> EmailMessage:
    calendar = Attachment(
        "session.ics", "text/calendar; method=REQUEST", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    )
    return set_mail(
        Message("Grüße", text, f"<p>{text}</p>", (calendar,)),
        sender="MentorHub <support@example.com>",
        recipient="noor@example.com",
        key="key",
        host="example.com",
        at=MONDAY,
    )


async def test_a_server_takes_a_mail_whole() -> None:
    handler = Handler()
    async with listening(handler) as port:
        await open_mail(f"smtp://127.0.0.1:{port}").send(
            _mail("Zoë writes a line of 2,000 characters: " + "x" * 2000 + "\n")
        )

    [mail] = handler.mails
    assert handler.recipients == ["noor@example.com"]
    assert (mail["Subject"], mail["To"], mail["Message-ID"]) == (
        "Grüße",
        "noor@example.com",
        "<key@example.com>",
    )
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines() == ["Zoë writes a line of 2,000 characters: " + "x" * 2000]
    [attachment] = mail.iter_attachments()
    assert attachment.get_content_type() == "text/calendar"
    assert attachment.get_param("method") == "REQUEST"
    assert attachment.get_filename() == "session.ics"


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        ({"RCPT": "550 No such mailbox"}, Undeliverable),
        ({"RCPT": "450 Mailbox busy"}, Postponed),
        ({"MAIL": "550 We do not like you"}, Postponed),
        ({"MAIL": "421 Closing"}, Postponed),
        ({"DATA": "554 This is spam"}, Undeliverable),
        ({"DATA": "451 Try again"}, Postponed),
        ({"DATA": "garbage"}, Postponed),
    ],
)
async def test_a_server_that_refuses_is_tried_again_unless_it_means_it(
    says: dict[str, str], outcome: type[Exception]
) -> None:
    handler = Handler(**says)
    async with listening(handler) as port:
        with pytest.raises(outcome) as refused:
            await open_mail(f"smtp://127.0.0.1:{port}").send(_mail())

    assert handler.mails == []
    assert "Hello" not in str(refused.value)


async def _never() -> str:
    await asyncio.sleep(3600)
    return "250 OK"


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
async def test_a_server_that_stalls_is_given_up_in_time(step: str) -> None:
    async with listening(Handler(**{step: _never})) as port, asyncio.timeout(5):
        with pytest.raises(Postponed):
            await SMTP(f"smtp://127.0.0.1:{port}", patience=0.2).send(_mail())


async def test_a_server_that_only_dawdles_has_so_long_in_all() -> None:
    async def dawdle() -> str:
        await asyncio.sleep(0.15)
        return "250 OK"

    async with listening(Handler(MAIL=dawdle, RCPT=dawdle, DATA=dawdle)) as port, asyncio.timeout(5):
        with pytest.raises(Postponed):
            await SMTP(f"smtp://127.0.0.1:{port}", patience=5, in_all=0.3).send(_mail())


async def test_a_mail_that_was_taken_is_sent_however_the_server_takes_leave() -> None:
    for quit_ in ("500 What?", _never):
        handler = Handler(QUIT=quit_)
        async with listening(handler) as port:
            await SMTP(f"smtp://127.0.0.1:{port}", patience=0.2).send(_mail())
        assert len(handler.mails) == 1


async def test_no_server_at_all_postpones() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(Postponed):
        await open_mail(f"smtp://127.0.0.1:{port}").send(_mail())


async def test_a_server_that_hangs_up_postpones() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        await reader.readline()
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        with pytest.raises(Postponed):
            await open_mail(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}").send(_mail())


def _authenticator(
    server: smtp.SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"us@er", b"p:w/d")
    return AuthResult(success=right, handled=False)


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
async def test_user_and_password_are_given_and_a_wrong_one_postpones() -> None:
    handler = Handler()
    how = {"authenticator": _authenticator, "auth_required": True, "auth_require_tls": False}
    async with listening(handler, **how) as port:
        await open_mail(f"smtp://us%40er:p%3Aw%2Fd@127.0.0.1:{port}").send(_mail())
        with pytest.raises(Postponed) as refused:
            await open_mail(f"smtp://us%40er:wrong-one@127.0.0.1:{port}").send(_mail())

    assert len(handler.mails) == 1
    assert "does not let us in (535)" in str(refused.value)
    assert "wrong-one" not in str(refused.value)


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
async def test_a_server_is_greeted_with_the_password_and_gets_no_mail() -> None:
    handler = Handler()
    how = {"authenticator": _authenticator, "auth_required": True, "auth_require_tls": False}
    async with listening(handler, **how) as port:
        await SMTP(f"smtp://us%40er:p%3Aw%2Fd@127.0.0.1:{port}").greet()
        with pytest.raises(Postponed, match="does not let us in"):
            await SMTP(f"smtp://us%40er:wrong-one@127.0.0.1:{port}").greet()

    assert handler.mails == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost by nobody, with its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    try:
        subprocess.run(
            [*command, "-keyout", str(path), "-out", f"{path}.crt"], check=True, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("there is no openssl to make a certificate with")
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


async def test_a_server_whose_certificate_is_nobodys_gets_nothing(certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    handler = Handler()
    async with listening(handler, tls=context) as port:
        with pytest.raises(Postponed):
            await SMTP(f"smtps://us:secret@localhost:{port}", patience=2).send(_mail())
    async with listening(handler, tls_context=context) as port:
        with pytest.raises(Postponed):
            await SMTP(f"smtp://localhost:{port}", patience=2).send(_mail())

    assert handler.mails == []


async def test_a_mail_that_meets_a_failing_server_goes_when_it_is_back(api: Api) -> None:
    noor = await person(api)
    handler = Handler(RCPT="451 Not now")
    async with listening(handler) as port:
        object.__setattr__(api.house.doors, "mail", open_mail(f"smtp://127.0.0.1:{port}"))
        await noor.stranger.do(REQUEST_RESET, email=noor.email)
        await api.run_jobs()
        assert handler.mails == []

        handler.says = {}
        api.clock.forward(minutes=1)
        await api.run_jobs()

    [mail] = handler.mails
    text = mail.get_body(("plain",))
    assert text is not None
    token = text.get_content().partition("token=")[2].split()[0]
    assert await noor.stranger.do(RESET, token=token, newPassword="a mail that came in the end")
