"""Mails: written with the change, sent once it is committed, tried until they go or are given up."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mentorhub.db import mails
from mentorhub.db.database import Transaction
from mentorhub.db.postgresql import PostgreSQL
from mentorhub.house import House
from mentorhub.jobs import Clockwork
from mentorhub.jobs.mails import SEND
from mentorhub.mail import Mail, Postponed, Undeliverable, open_mail
from mentorhub.passwords import Passwords
from mentorhub.resolvers import outbox
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.rules.letters import Attachment, Letter, Message, when
from tests.accounts.people import REQUEST_RESET, RESET, Mailbox, person
from tests.api import MONDAY, WEAK_HASHES, Api
from tests.busy import busy
from tests.counting import of_postgresql, rows_read_so_far

HELLO = Letter(
    subject="Hello",
    paragraphs=("One & <two>.", "Three."),
    name="Zoë",
    links=(("Go", "https://x.example/?a=1&b=2"),),
)


class Post:
    """A way out that notes what it is given, and fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.tried: list[EmailMessage] = []
        self.sent: list[EmailMessage] = []

    async def send(self, mail: EmailMessage) -> None:
        self.tried.append(mail)
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(mail)


def _through(api: Api, post: Mail) -> None:
    object.__setattr__(api.house.doors, "mail", post)


async def _post(api: Api, *, recipient: str = "noor@example.com", fail: bool = False) -> None:
    async def write(work: Work) -> None:
        await outbox.post(work, recipient, HELLO.message(), user_id=None)
        if fail:
            raise LookupError

    await Desk(api.house.doors, None, api.clock.now()).do(write)


async def test_a_mail_goes_once_what_it_tells_of_is_committed(api: Api, mailbox: Mailbox) -> None:
    with pytest.raises(LookupError):
        await _post(api, recipient="never@example.com", fail=True)
    await _post(api)

    letter = await mailbox.only()

    assert letter.to == "noor@example.com"
    assert letter.mail["From"] == "MentorHub <support@mentorhub.com>"
    assert letter.mail["Auto-Submitted"] == "auto-generated"
    assert letter.mail["Message-ID"].endswith("@127.0.0.1>")
    assert letter.mail["Date"].datetime == MONDAY
    assert await mailbox.empty() == []


async def test_text_and_html_say_the_same_and_html_is_escaped(api: Api, mailbox: Mailbox) -> None:
    await _post(api)

    letter = await mailbox.only()

    assert letter.text.split("\n\n") == [
        "Hello Zoë,", "One & <two>.", "Three.", "Go:\nhttps://x.example/?a=1&b=2", "MentorHub\n",
    ]  # fmt: skip
    assert "<p>Hello Zo&#235;,</p>" in letter.html
    assert "<p>One &amp; &lt;two&gt;.</p>" in letter.html
    assert '<a href="https://x.example/?a=1&amp;b=2">Go</a>' in letter.html


async def test_what_fails_is_tried_again_after_growing_pauses_and_given_up_at_last(api: Api) -> None:
    post = Post(*[Postponed("busy")] * 100)
    _through(api, post)
    await _post(api)
    await api.run_jobs()
    assert len(post.tried) == 1
    pauses: list[timedelta] = []

    for pause in outbox.PAUSES.each:
        api.clock.instant += pause - timedelta(seconds=1)
        await api.run_jobs()
        tried = len(post.tried)
        api.clock.forward(seconds=1)
        await api.run_jobs()
        assert len(post.tried) == tried + 1
        pauses.append(pause)

    assert pauses == sorted(set(pauses))
    api.clock.forward(days=30)
    await api.run_jobs()
    assert len(post.tried) == len(pauses) + 1
    assert (await mails.waiting(api.house.doors.database.reader)).number == 0
    assert len({mail["Message-ID"] for mail in post.tried}) == 1


async def test_a_mail_that_was_refused_for_good_is_not_tried_again(api: Api) -> None:
    post = Post(Undeliverable("no such mailbox"))
    _through(api, post)
    await _post(api)
    await _post(api, recipient="other@example.com")

    await api.run_jobs()
    api.clock.forward(days=2)
    await api.run_jobs()

    assert len(post.tried) == 2
    assert len(post.sent) == 1


async def test_a_mail_to_what_is_no_address_is_given_up_at_once(api: Api) -> None:
    post = Post()
    _through(api, post)
    await _post(api, recipient="=?utf-8?b?bm9vcg==?=@example.com")
    await _post(api)

    await api.run_jobs()

    assert [mail["To"] for mail in post.sent] == ["noor@example.com"]
    assert (await mails.waiting(api.house.doors.database.reader)).number == 0


async def test_a_mail_that_breaks_keeps_no_other_back(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    post = Post(RuntimeError("unforeseen"))
    _through(api, post)
    for _ in range(3):
        await _post(api)

    await api.run_jobs()

    assert len(post.sent) == 2
    api.clock.forward(minutes=1)
    await api.run_jobs()
    assert len(post.sent) == 3
    assert "could not be written" in caplog.text


async def test_several_processes_send_each_mail_once(api: Api) -> None:
    post = Post()
    for number in range(60):
        await _post(api, recipient=f"number{number}@example.com")
    houses = [
        House(api.house.settings, clock=api.clock, passwords=Passwords(WEAK_HASHES), mail=post)
        for _ in range(3)
    ]
    _through(api, post)

    async def work(house: House) -> None:
        async with house:
            await Clockwork(house.doors, [SEND]).run_all()

    await asyncio.gather(*map(work, houses), api.run_jobs())

    assert sorted(str(mail["To"]) for mail in post.sent) == sorted(
        f"number{n}@example.com" for n in range(60)
    )


@pytest.mark.parametrize("dies", ["before it is sent", "after it was sent"])
async def test_a_crash_loses_nothing(api: Api, dies: str) -> None:
    post = Post()
    await _post(api)
    now = api.clock.now()
    claimed: Sequence[mails.MailRow] = await api.house.doors.database.write(
        partial(mails.claim, now=now, until=now + timedelta(minutes=10), limit=5)
    )
    assert len(claimed) == 1
    _through(api, post)

    await api.run_jobs()
    assert post.sent == []
    api.clock.forward(minutes=10)
    await api.run_jobs()
    await api.house.doors.database.write(partial(mails.sent, gone=claimed[:1], now=now))

    assert len(post.sent) == 1


async def test_who_was_given_up_for_dead_says_nothing_of_a_mail_that_others_try(api: Api) -> None:
    await _post(api)
    database, now = api.house.doors.database, api.clock.now()
    claim = partial(mails.claim, until=now + timedelta(minutes=10), limit=5)
    [dead] = await database.write(partial(claim, now=now))
    [alive] = await database.write(partial(claim, now=now + timedelta(minutes=10)))

    await database.write(partial(mails.retry, mail=dead, at=now, error="late"))

    assert alive.attempts == dead.attempts + 1
    assert not await mails.any_due(database.reader, now=now)


async def test_no_token_lies_in_the_database_and_each_attempt_has_one_that_works(api: Api) -> None:
    noor = await person(api)
    post = Post(Postponed("busy"))
    _through(api, post)
    await noor.stranger.do(REQUEST_RESET, email=noor.email)

    await api.run_jobs()
    api.clock.forward(minutes=1)
    await api.run_jobs()

    first, second = (_token(mail) for mail in post.tried)
    assert first != second
    assert await noor.stranger.do(RESET, token=first, newPassword="one that was sent twice")


def _token(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text.partition("token=")[2].split()[0]


async def test_a_rung_mail_goes_at_once(api: Api, mailbox: Mailbox) -> None:
    post = Post()
    _through(api, post)
    clockwork = Clockwork(api.house.doors, [SEND])
    await clockwork.start()
    await asyncio.sleep(0.05)

    await _post(api)

    async with asyncio.timeout(1):
        while not post.sent:  # noqa: ASYNC110 -- the post tells nobody
            await asyncio.sleep(0.01)
    await clockwork.stop()


async def test_a_busy_process_puts_mails_off_and_not_for_long(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_HASTE", 3600.0)
    post = Post()
    _through(api, post)
    await _post(api, recipient="old@example.com")
    api.clock.forward(seconds=10)
    await _post(api, recipient="new@example.com")

    async with busy(monkeypatch):
        sending = asyncio.create_task(outbox.send_due(api.house.doors))
        async with asyncio.timeout(30):
            while not post.sent:  # noqa: ASYNC110 -- the post tells nobody
                await asyncio.sleep(0.01)
        assert [mail["To"] for mail in post.sent] == ["old@example.com"]

    assert await sending == 2
    assert [mail["To"] for mail in post.sent] == ["old@example.com", "new@example.com"]


def test_attachments_survive_the_outbox() -> None:
    message = Message(
        "Subject", "text", "<p>html</p>", (Attachment("a.ics", "text/calendar; method=REQUEST", "BEGIN"),)
    )

    assert Message.of_document(message.as_document()) == message


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Paris", "Sunday, 29 March 2026 at 03:30 (Europe/Paris)"),
        ("Asia/Kathmandu", "Sunday, 29 March 2026 at 07:15 (Asia/Kathmandu)"),
        (None, "Sunday, 29 March 2026 at 01:30 (UTC)"),
        ("Nowhere/Land", "Sunday, 29 March 2026 at 01:30 (UTC)"),
    ],
)
def test_times_are_the_readers_and_name_the_zone(zone: str | None, said: str) -> None:
    assert when(MONDAY.replace(day=29, hour=1, minute=30), zone) == said


@pytest.mark.parametrize("url", ["pigeon:", "", "smtp://", "http://example.com"])
def test_an_unknown_way_out_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="mail URL"):
        open_mail(url)


def _mail(**how: Any) -> EmailMessage:
    from mentorhub.mail.setting import set_mail

    message = Message("Hello\r\nBcc: evil@example.com".replace("\r\n", " "), "text\n", "<p>html</p>\n", **how)
    return set_mail(
        message, sender="MentorHub <a@example.com>", recipient="b@example.com", key="k", host="h", at=MONDAY
    )


async def test_files_are_whole_from_the_start_and_for_their_owner_only(tmp_path: Path) -> None:
    post = open_mail(f"file:{tmp_path / 'deep' / 'mail'}")

    await asyncio.gather(*(post.send(_mail()) for _ in range(20)))

    files = sorted((tmp_path / "deep" / "mail").iterdir())
    assert len(files) == 20
    assert all(file.suffix == ".eml" and file.stat().st_mode & 0o077 == 0 for file in files)
    assert all(file.read_bytes() == _mail().as_bytes() or b"Subject" in file.read_bytes() for file in files)


async def test_a_full_disk_postpones(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Postponed):
        await open_mail(f"file:{tmp_path / 'file'}").send(_mail())


async def test_the_console_shows_whom_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    await open_mail("console:").send(_mail())

    assert "To: b@example.com" in (said := capsys.readouterr().out)
    assert "text" in said


async def test_postgresql_finds_a_mail_that_went_by_its_key_however_many_wait(postgresql_url: str) -> None:
    database = await PostgreSQL.open(postgresql_url, pool_size=1)
    try:
        # What is known of mails is from when all had gone.
        await of_postgresql(postgresql_url, f"{_MAILS.format(sent='now()')}; ANALYZE mails")
        await of_postgresql(postgresql_url, _MAILS.format(sent="NULL"))
        claimed: Sequence[mails.MailRow] = await database.write(
            partial(mails.claim, now=MONDAY, until=MONDAY + timedelta(minutes=10), limit=10)
        )

        async def note(transaction: Transaction) -> int:
            before = await rows_read_so_far(transaction, "mails")
            await mails.sent(transaction, claimed, now=MONDAY)
            return await rows_read_so_far(transaction, "mails") - before

        read = await database.write(note)
    finally:
        await database.close()

    assert len(claimed) == 10
    assert read == 10


_MAILS = """
    INSERT INTO mails (id, recipient, content, created_at, due_at, attempts, sent_at)
    SELECT gen_random_uuid(), 'noor@example.com', '{{}}', '2020-01-01', '2020-01-01', 0, {sent}
    FROM generate_series(1, 5000)
"""
