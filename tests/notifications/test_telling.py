"""What people are told of facts: once each, in their words and by their clocks, and mailed as they want it."""

import asyncio
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from mentorhub.db import notifications
from mentorhub.resolvers import telling
from mentorhub.resolvers.desk import Desk, Viewer, Work
from mentorhub.rules.facts import ActivityKind, Fact, QuietKind
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import NotificationKind, Role
from tests import given, rows
from tests.api import MONDAY, Api

MINE = """{ viewer {
  unreadNotificationCount
  notifications { nodes { id kind title body readAt cursor booking { id } } totalCount }
} }"""
PREFER = """mutation ($kind: NotificationKind!, $email: Boolean!) {
  setNotificationPreference(input: {kind: $kind, email: $email}) {
    preference { kind email } userErrors { code field }
  }
}"""
MARK = """mutation ($ids: [ID!]) {
  markNotificationsRead(input: {notificationIds: $ids}) {
    markedCount viewer { unreadNotificationCount } userErrors { code field }
  }
}"""


class Meeting:
    def __init__(self, api: Api, mentor: Viewer, mentee: Viewer, mentor_id: Key, booking: Key) -> None:
        self.api = api
        self.mentor, self.mentee, self.mentor_id, self.booking = mentor, mentee, mentor_id, booking

    async def tell(self, kind: ActivityKind | QuietKind, by: Viewer | None, **data: Any) -> None:
        async def do(work: Work) -> None:
            work.tell(
                Fact(
                    kind,
                    ("Booking", self.booking),
                    actor_id=by.user_id if by else None,
                    booking_id=self.booking,
                    mentor_id=self.mentor_id,
                    user_id=self.mentee.user_id,
                    data=data,
                )
            )

        await Desk(self.api.house.doors, None, self.api.clock.now()).do(do)
        await self.api.run_jobs()


@pytest.fixture
async def meeting(api: Api) -> Meeting:
    database = api.house.doors.database
    mentor = await given.user(api, name="Ines Mentor")
    mentee = await given.user(api, name="Noor Mentee", timezone="America/New_York")
    mentor_id = await rows.mentor(database, user_id=mentor.user_id, timezone="Asia/Kathmandu")
    start = MONDAY + timedelta(days=2)
    booking = await rows.booking(
        database, mentor_id, start, start + timedelta(hours=1), mentee_id=mentee.user_id
    )
    return Meeting(api, mentor, mentee, mentor_id, booking)


async def of(api: Api, viewer: Viewer) -> list[dict[str, Any]]:
    answer = await api.ask(MINE, viewer)
    nodes: list[dict[str, Any]] = answer["viewer"]["notifications"]["nodes"]
    return nodes


def mails(api: Api) -> list[Any]:
    directory = Path(api.house.settings.mail_url.removeprefix("file:"))
    return [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted(directory.glob("*.eml"))
    ]


async def test_the_mentor_is_told_of_a_request_by_their_own_clock(api: Api, meeting: Meeting) -> None:
    await meeting.tell(ActivityKind.BOOKING_REQUESTED, meeting.mentee)

    [told] = await of(api, meeting.mentor)
    assert told["kind"] == "BOOKING_REQUESTED"
    assert told["title"] == "Noor Mentee asks for a session"
    assert told["body"] == "“How to begin”: Wednesday, 4 March 2026 at 14:45 (Asia/Kathmandu)."
    assert told["booking"]["id"] == f"booking_{meeting.booking}"
    assert await of(api, meeting.mentee) == []
    [mail] = mails(api)
    assert mail["subject"] == told["title"]
    assert "14:45 (Asia/Kathmandu)" in mail.get_body(("plain",)).get_content()


async def test_a_cancel_is_told_to_the_other_party_and_by_an_administrator_to_both(
    api: Api, meeting: Meeting
) -> None:
    await meeting.tell(ActivityKind.BOOKING_CANCELLED, meeting.mentee, reason="I am ill")
    await meeting.tell(ActivityKind.BOOKING_CANCELLED, await given.admin(api), reason="The rules")

    mentors, mentees = await of(api, meeting.mentor), await of(api, meeting.mentee)
    assert [each["body"].rpartition(": ")[2] for each in mentors] == ["The rules", "I am ill"]
    [told] = mentees
    assert told["title"] == "Your session with Ines Mentor is cancelled"
    assert "04:00 (America/New_York)" in told["body"]


async def test_each_fact_is_told_once_however_often_and_by_however_many_it_is_read(
    api: Api, meeting: Meeting
) -> None:
    async def several(work: Work) -> None:
        for _ in range(30):
            work.tell(
                Fact(
                    ActivityKind.BOOKING_CONFIRMED,
                    ("Booking", meeting.booking),
                    booking_id=meeting.booking,
                    mentor_id=meeting.mentor_id,
                    user_id=meeting.mentee.user_id,
                )
            )

    await Desk(api.house.doors, None, api.clock.now()).do(several)

    await asyncio.gather(*(telling.tell_some(api.house.doors) for _ in range(5)))
    await api.run_jobs()

    answer = await api.ask(MINE, meeting.mentee)
    assert answer["viewer"]["notifications"]["totalCount"] == 30
    assert len(mails(api)) == 30


async def test_whoever_dies_while_telling_has_told_nothing(
    api: Api, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):  # noqa: N818 -- not an error but the end
        pass

    add = notifications.add

    async def dies(*arguments: Any) -> None:
        await add(*arguments)
        raise Killed

    monkeypatch.setattr(notifications, "add", dies)
    with pytest.raises(Killed):
        await meeting.tell(ActivityKind.BOOKING_CONFIRMED, meeting.mentor)
    assert await of(api, meeting.mentee) == []
    assert mails(api) == []

    monkeypatch.undo()
    await api.run_jobs()

    assert len(await of(api, meeting.mentee)) == 1
    assert len(mails(api)) == 1


async def test_a_kind_can_be_kept_out_of_the_mail_but_security_cannot(api: Api, meeting: Meeting) -> None:
    await api.do(PREFER, meeting.mentee, kind="BOOKING_CONFIRMED", email=False)
    answer = await api.ask(PREFER, meeting.mentee, kind="SECURITY", email=False)
    preferences = await api.ask("{ viewer { notificationPreferences { kind email } } }", meeting.mentee)

    await meeting.tell(ActivityKind.BOOKING_CONFIRMED, meeting.mentor)

    assert len(await of(api, meeting.mentee)) == 1
    assert mails(api) == []
    assert answer["setNotificationPreference"]["userErrors"] == [{"code": "INVALID", "field": ["email"]}]
    said = {each["kind"]: each["email"] for each in preferences["viewer"]["notificationPreferences"]}
    assert said == {kind.value: kind is not NotificationKind.BOOKING_CONFIRMED for kind in NotificationKind}


async def test_notifications_are_marked_read_by_their_own_reader_alone(api: Api, meeting: Meeting) -> None:
    for _ in range(3):
        await meeting.tell(ActivityKind.BOOKING_CONFIRMED, meeting.mentor)
    first, second, _ = [each["id"] for each in await of(api, meeting.mentee)]

    others = await api.refused(MARK, meeting.mentor, ids=[first])
    marked = await api.do(MARK, meeting.mentee, ids=[second, second])
    rest = await api.do(MARK, meeting.mentee)

    assert others == ["NOT_FOUND"]
    assert (marked["markedCount"], marked["viewer"]["unreadNotificationCount"]) == (1, 2)
    assert (rest["markedCount"], rest["viewer"]["unreadNotificationCount"]) == (2, 0)


async def test_an_announcement_reaches_everybody_if_it_is_meant_to(api: Api, meeting: Meeting) -> None:
    admin = await given.user(api, name="Ada Root", role=Role.ADMIN)
    post = """mutation ($everyone: Boolean!) { postAnnouncement(input: {
      kind: NEWS, title: "News for all", body: "There is something new.", notifyEveryone: $everyone
    }) { userErrors { code } } }"""

    await api.do(post, admin, everyone=False)
    await api.do(post, admin, everyone=True)
    await api.run_jobs()

    assert [each["title"] for each in await of(api, meeting.mentee)] == ["News for all"]
    assert [each["title"] for each in await of(api, meeting.mentor)] == ["News for all"]
