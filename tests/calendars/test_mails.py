"""The calendar that goes along with each mail about a booking, written when the mail goes out."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from mentorhub.db import accounts
from mentorhub.resolvers import outbox, reminders, telling
from mentorhub.resolvers.desk import Viewer
from tests import given
from tests.api import Api
from tests.bookings.scene import FIRST, Scene, slot_id
from tests.calendars.reading import events_of
from tests.calendars.test_feed import events
from tests.counting import counting


async def mailed(api: Api, viewer: Viewer) -> list[EmailMessage]:
    """The mails to *viewer* that have gone out, oldest first."""
    await api.run_jobs()
    account = await accounts.get(api.house.doors.database.reader, viewer.user_id)
    assert account is not None
    assert account.email is not None
    mails: list[Any] = [message_from_bytes(text, policy=policy.default) for text in Folder(api).mails()]
    return [mail for mail in mails if account.email in str(mail["To"])]


class Folder:
    """Where mails are left; while it is shut, none goes out."""

    def __init__(self, api: Api) -> None:
        self.path = Path(api.house.settings.mail_url.removeprefix("file:"))
        self.kept = self.path.with_name("kept")

    def mails(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.path.glob("*.eml"))]

    def shut(self) -> None:
        self.path.rename(self.kept)
        self.path.write_text("in the way")

    def open(self) -> None:
        self.path.unlink()
        self.kept.rename(self.path)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def calendar_in(mail: EmailMessage) -> tuple[str, dict[str, str]]:
    """The method by which *mail* brings its one event, and the event."""
    [part] = list(mail.iter_attachments())
    assert part.get_content_type() == "text/calendar"
    assert part.get_filename() == "session.ics"
    assert str(part.get_content_charset()) == "utf-8"
    text: bytes = part.get_payload(decode=True)  # type: ignore[assignment]  # of a part that is text
    method = str(part.get_param("method"))
    assert f"METHOD:{method}\r\n".encode() in text
    [event] = events_of(text)
    return method, event


async def test_each_mail_brings_the_event_of_the_feed(scene: Scene) -> None:
    booking = await scene.request()
    [asked] = await mailed(scene.api, scene.mentor)
    steps = []
    for name, viewer, said in (
        ("confirmBooking", scene.mentor, {"meetingUrl": "https://meet.example/1"}),
        ("setMeetingUrl", scene.mentor, {"meetingUrl": "https://meet.example/2"}),
        ("rescheduleBooking", scene.mentor, {"slotId": slot_id(scene.slots[2])}),
        ("cancelBooking", scene.mentor, {"reason": "I am ill, sorry"}),
    ):
        await scene.do(name, viewer, bookingId=booking, **said)
        mail = (await mailed(scene.api, scene.mentee))[-1]
        method, event = calendar_in(mail)
        [fed] = await events(scene, scene.mentee)
        assert event == fed
        assert event["SUMMARY"] == "How to begin – Ines Duarte"
        steps.append((method, event["SEQUENCE"], event["STATUS"]))

    assert calendar_in(asked)[0] == "PUBLISH"
    assert calendar_in(asked)[1]["SUMMARY"] == "How to begin – Mika Oyelaran"
    assert calendar_in(asked)[1]["STATUS"] == "TENTATIVE"
    assert steps == [
        ("PUBLISH", "1", "CONFIRMED"),
        ("PUBLISH", "2", "CONFIRMED"),
        ("PUBLISH", "3", "CONFIRMED"),
        ("CANCEL", "4", "CANCELLED"),
    ]


async def test_what_is_declined_or_expired_is_taken_out_of_the_calendar(scene: Scene) -> None:
    declined = await scene.request(scene.slots[0])
    await scene.do("declineBooking", scene.mentor, bookingId=declined, reason="No time")
    [said] = await mailed(scene.api, scene.mentee)
    expired = await scene.request(scene.slots[1])
    scene.api.clock.forward(hours=48)

    for viewer in (scene.mentee, scene.mentor):
        method, event = calendar_in((await mailed(scene.api, viewer))[-1])
        assert (method, event["UID"], event["SEQUENCE"]) == ("CANCEL", f"{expired}@127.0.0.1", "1")
    method, event = calendar_in(said)
    assert (method, event["UID"], event["STATUS"]) == ("CANCEL", f"{declined}@127.0.0.1", "CANCELLED")


async def test_a_hostile_topic_stays_text_in_a_mail(scene: Scene) -> None:
    topic = 'x\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nSUMMARY:“y”; " ,\\ 🐟'
    booking = await scene.request(topic=topic)

    [mail] = await mailed(scene.api, scene.mentor)

    method, event = calendar_in(mail)
    assert method == "PUBLISH"
    assert event["SUMMARY"] == f"{(await scene.look(booking))['topic']} – Mika Oyelaran"


async def test_a_reminder_brings_it_too_and_other_mails_do_not(scene: Scene) -> None:
    await scene.confirmed()
    # What goes out together goes in any order.
    await scene.api.run_jobs()
    scene.api.clock.instant = FIRST - timedelta(hours=24)

    reminder = (await mailed(scene.api, scene.mentee))[-1]
    scene.api.clock.instant = FIRST
    [booking] = [event["UID"].partition("@")[0] for event in await events(scene, scene.mentee)]
    await scene.do("completeBooking", scene.mentor, bookingId=booking)
    over = (await mailed(scene.api, scene.mentee))[-1]

    assert reminder["Subject"] == "Your session with Ines Duarte is tomorrow"
    assert calendar_in(reminder)[1]["STATUS"] == "CONFIRMED"
    assert list(over.iter_attachments()) == []


@pytest.mark.parametrize("what", ["cancelBooking", "rescheduleBooking"])
async def test_a_reminder_that_had_to_wait_does_not_go_when_the_session_is_off_or_elsewhere(
    scene: Scene, what: str
) -> None:
    booking = await scene.confirmed()
    await scene.api.run_jobs()
    folder = Folder(scene.api)
    sent = len(folder.mails())
    folder.shut()
    scene.api.clock.instant = FIRST - timedelta(hours=24)
    await scene.api.run_jobs()
    said = (
        {"slotId": slot_id(scene.slots[3])} if what == "rescheduleBooking" else {"reason": "I am ill, sorry"}
    )

    await scene.do(what, scene.mentor, bookingId=booking, **said)
    folder.open()
    scene.api.clock.forward(minutes=5)

    subjects = [str(mail["Subject"]) for mail in await mailed(scene.api, scene.mentee)]
    assert not any("tomorrow" in subject for subject in subjects)
    assert len(folder.mails()) > sent


async def test_a_reminder_is_not_told_of_what_was_called_off_before_it_could_be(scene: Scene) -> None:
    booking = await scene.confirmed()
    await scene.api.run_jobs()
    scene.api.clock.instant = FIRST - timedelta(hours=24)
    await reminders.remind(scene.api.house.doors)

    await scene.do("cancelBooking", scene.mentee, bookingId=booking)

    subjects = [str(mail["Subject"]) for mail in await mailed(scene.api, scene.mentor)]
    assert subjects[-1] == "Your session with Mika Oyelaran is cancelled"
    assert not any("tomorrow" in subject for subject in subjects)


async def test_whoever_hears_of_a_confirmation_hears_where_they_meet(scene: Scene) -> None:
    await scene.confirmed(scene.slots[0], meetingUrl="https://meet.example/room?a={b}")
    await scene.confirmed(scene.slots[1])

    bodies = [
        text_of(mail) for mail in await mailed(scene.api, scene.mentee) if "confirmed" in mail["Subject"]
    ]

    assert ["Meet at https://meet.example/room?a={b}" in body for body in bodies] == [True, False]
    assert ["Meet at" in body for body in bodies] == [True, False]


async def test_mails_that_go_out_at_once_are_written_at_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_HASTE", 0.0)
    doors = scene.api.house.doors
    read = []
    for slots in ((0,), (1, 2, 3)):
        for slot in slots:
            await scene.request(scene.slots[slot], await given.user(scene.api))
        while await telling.tell_some(doors):
            pass
        async with counting(scene.api) as counted:
            assert await outbox.send_due(doors) == len(slots)
        read.append([sql for sql in counted.writes if "FROM users" in sql or "FROM bookings" in sql])

    assert read[0] == read[1]
    assert len(Folder(scene.api).mails()) == 4


async def test_a_mail_says_what_it_says_whatever_was_set_before(scene: Scene) -> None:
    topics = ['Straße, Ænima; "quoted" and so long that it has to be folded somewhere', "Short"]
    for number, topic in enumerate(topics * 2):
        await scene.request(scene.slots[number], await given.user(scene.api), topic=topic)

    mails = await mailed(scene.api, scene.mentor)

    said = [(calendar_in(mail)[1]["SUMMARY"], str(mail["Message-ID"])) for mail in mails]
    assert len({key for _, key in said}) == 4
    assert sorted(summary for summary, _ in said) == sorted(f"{topic} – Noor Adeyemi" for topic in topics * 2)
