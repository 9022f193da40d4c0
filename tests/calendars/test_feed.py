"""The calendar feed: a viewer's bookings, each under one name for ever, as they are at this instant."""

from datetime import timedelta

import pytest

from mentorhub.db.calendars import owner
from mentorhub.resolvers import calendars
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.calendars import PAST
from mentorhub.rules.refusals import NotFound
from mentorhub.rules.vocabulary import BookingStatus
from tests import given, rows
from tests.api import MONDAY, Api
from tests.bookings.scene import FIRST, HOUR, Scene, slot_id
from tests.calendars.reading import events_of, lines_of
from tests.counting import counting

URL = "{ viewer { calendarUrl } }"
RESET = "mutation { resetCalendarUrl { calendarUrl userErrors { code } } }"


async def url_of(api: Api, viewer: Viewer) -> str:
    url: str = (await api.ask(URL, viewer))["viewer"]["calendarUrl"]
    return url


async def calendar_of(api: Api, viewer: Viewer) -> bytes:
    url = await url_of(api, viewer)
    prefix = f"{api.house.settings.public_url}/calendar/"
    assert url.startswith(prefix)
    assert url.endswith(".ics")
    feed = await calendars.feed(api.house.doors, url.removeprefix(prefix).removesuffix(".ics"))
    return b"".join(feed.pieces)


async def events(scene: Scene, viewer: Viewer) -> list[dict[str, str]]:
    return events_of(await calendar_of(scene.api, viewer))


async def step(scene: Scene, viewer: Viewer) -> tuple[str, str]:
    [event] = await events(scene, viewer)
    return event["SEQUENCE"], event["STATUS"]


async def test_both_parties_have_a_booking_each_in_their_own_words(scene: Scene) -> None:
    booking = await scene.confirmed(meetingUrl="https://meet.example/room?a=1;b=2,3")

    [mentees] = await events(scene, scene.mentee)
    [mentors] = await events(scene, scene.mentor)

    assert mentees["UID"] == mentors["UID"] == f"{booking}@127.0.0.1"
    assert mentees["SUMMARY"] == "How to begin – Ines Duarte"
    assert mentors["SUMMARY"] == "How to begin – Mika Oyelaran"
    assert "Your session with Ines Duarte is confirmed." in mentees["DESCRIPTION"]
    assert mentees["DTSTART"] == f"{FIRST:%Y%m%dT%H%M%SZ}"
    assert mentees["DTEND"] == f"{FIRST + HOUR:%Y%m%dT%H%M%SZ}"
    assert mentees["DTSTAMP"] == f"{MONDAY:%Y%m%dT%H%M%SZ}"
    assert mentees["URL"] == mentees["LOCATION"] == "https://meet.example/room?a=1;b=2,3"
    assert await events(scene, scene.other_mentee) == []


async def test_no_party_learns_the_address_of_the_other(scene: Scene) -> None:
    await scene.confirmed()

    for viewer in (scene.mentee, scene.mentor):
        assert b"@example.com" not in await calendar_of(scene.api, viewer)


async def test_the_sequence_rises_by_one_with_each_change_of_status_time_or_url(scene: Scene) -> None:
    booking = await scene.request()
    steps = [await step(scene, scene.mentee)]
    for name, viewer, said in (
        ("confirmBooking", scene.mentor, {}),
        ("setMeetingUrl", scene.mentor, {"meetingUrl": "https://meet.example/1"}),
        ("setMeetingUrl", scene.mentor, {"meetingUrl": "https://meet.example/1"}),
        ("setMentorNotes", scene.mentor, {"notes": "Wants to move into data"}),
        ("rescheduleBooking", scene.mentor, {"slotId": slot_id(scene.slots[2])}),
        ("rescheduleBooking", scene.mentee, {"slotId": slot_id(scene.slots[3])}),
        ("confirmBooking", scene.mentor, {}),
        ("cancelBooking", scene.mentee, {}),
    ):
        await scene.do(name, viewer, bookingId=booking, **said)
        steps.append(await step(scene, scene.mentee))

    assert steps == [
        ("0", "TENTATIVE"),
        ("1", "CONFIRMED"),
        ("2", "CONFIRMED"),
        ("2", "CONFIRMED"),
        ("2", "CONFIRMED"),
        ("3", "CONFIRMED"),
        ("4", "TENTATIVE"),
        ("5", "CONFIRMED"),
        ("6", "CANCELLED"),
    ]


@pytest.mark.parametrize(("name", "said"), [("declineBooking", {"reason": "No time"}), ("cancelBooking", {})])
async def test_what_is_declined_or_cancelled_is_cancelled_there(
    scene: Scene, name: str, said: dict[str, str]
) -> None:
    booking = await scene.request()
    viewer = scene.mentor if name == "declineBooking" else scene.mentee

    await scene.do(name, viewer, bookingId=booking, **said)

    [event] = await events(scene, scene.mentee)
    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert ("The reason given: No time" in event["DESCRIPTION"]) is bool(said)


async def test_a_completed_session_stays_confirmed_there(scene: Scene) -> None:
    await scene.completed()

    [event] = await events(scene, scene.mentor)

    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", "2")


async def test_an_overdue_request_is_cancelled_there_at_once_and_the_clock_changes_nothing_of_it(
    scene: Scene,
) -> None:
    await scene.request()
    scene.api.clock.forward(hours=48)

    before = await calendar_of(scene.api, scene.mentee)
    await scene.api.run_jobs()
    after = await calendar_of(scene.api, scene.mentee)

    [event] = events_of(before)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", "1")
    assert after == before


async def test_a_meeting_url_is_seen_only_while_the_session_stands(scene: Scene) -> None:
    booking = await scene.confirmed(meetingUrl="https://meet.example/secret")
    await scene.do("cancelBooking", scene.mentee, bookingId=booking)

    for viewer in (scene.mentee, scene.mentor):
        assert b"meet.example" not in await calendar_of(scene.api, viewer)


async def test_a_hostile_topic_stays_text(scene: Scene) -> None:
    topic = "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\nATTACH:https://evil.example\r\\n;,: “ü” 🐟 C:\\New " + "é" * 30
    booking = await scene.request(topic=topic)

    [event] = await events(scene, scene.mentor)
    lines = lines_of(await calendar_of(scene.api, scene.mentor))

    shown = (await scene.look(booking))["topic"]
    assert event["SUMMARY"] == f"{shown} – Mika Oyelaran"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert not any(line.startswith("ATTACH") for line in lines)


async def test_the_feed_has_the_last_90_days_all_to_come_and_the_latest_of_too_many(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = api.house.doors.database
    mentee = await given.user(api)
    mentor = await rows.mentor(database, name="Ines")
    starts = [MONDAY - PAST - HOUR, MONDAY - PAST, MONDAY - HOUR, MONDAY + timedelta(days=180)]
    for start in starts:
        await rows.booking(
            database, mentor, start, start + HOUR, mentee_id=mentee.user_id, status=BookingStatus.COMPLETED
        )

    all_of_it = events_of(await calendar_of(api, mentee))
    monkeypatch.setattr(calendars, "MOST", 2)
    the_latest = events_of(await calendar_of(api, mentee))

    assert [event["DTSTART"] for event in all_of_it] == [f"{start:%Y%m%dT%H%M%SZ}" for start in starts[1:]]
    assert the_latest == all_of_it[1:]


async def test_every_status_has_its_own_there(api: Api) -> None:
    database = api.house.doors.database
    mentee = await given.user(api)
    mentor = await rows.mentor(database, name="Ines")
    for number, status in enumerate(BookingStatus):
        start = MONDAY + timedelta(days=number + 1)
        respond_by = start if status is BookingStatus.PENDING else None
        await rows.booking(
            database,
            mentor,
            start,
            start + HOUR,
            mentee_id=mentee.user_id,
            status=status,
            respond_by=respond_by,
        )

    found = [event["STATUS"] for event in events_of(await calendar_of(api, mentee))]

    assert dict(zip(BookingStatus, found, strict=True)) == {
        BookingStatus.PENDING: "TENTATIVE",
        BookingStatus.CONFIRMED: "CONFIRMED",
        BookingStatus.COMPLETED: "CONFIRMED",
        BookingStatus.DECLINED: "CANCELLED",
        BookingStatus.CANCELLED: "CANCELLED",
        BookingStatus.EXPIRED: "CANCELLED",
    }


async def test_a_feed_costs_two_reads_whatever_is_in_it(scene: Scene) -> None:
    for slot in scene.slots[:3]:
        await scene.confirmed(slot)
    url = await url_of(scene.api, scene.mentor)

    async with counting(scene.api) as counted:
        await calendars.feed(scene.api.house.doors, url.rpartition("/")[2].removesuffix(".ics"))

    assert (len(counted.reads), counted.writes) == (2, [])


async def test_the_address_is_the_same_whenever_it_is_asked_for_and_lies_nowhere(scene: Scene) -> None:
    first, second = [await url_of(scene.api, scene.mentee) for _ in range(2)]
    renewed = (await scene.api.do(RESET, scene.mentee))["calendarUrl"]
    again = await url_of(scene.api, scene.mentee)

    kept = await owner(scene.api.house.doors.database.reader, scene.mentee.user_id)
    assert first == second != renewed == again
    assert first != await url_of(scene.api, scene.mentor)
    assert kept is not None
    assert kept.calendar_secret is not None
    assert kept.calendar_secret not in renewed


async def test_an_address_of_before_leads_nowhere_and_neither_does_one_that_was_changed(scene: Scene) -> None:
    before = (await url_of(scene.api, scene.mentee)).rpartition("/")[2].removesuffix(".ics")
    await scene.api.do(RESET, scene.mentee)
    now = (await url_of(scene.api, scene.mentee)).rpartition("/")[2].removesuffix(".ics")
    others = (await url_of(scene.api, scene.mentor)).rpartition("/")[2].removesuffix(".ics")

    for wrong in (
        before,
        now[:-1],
        now + "A",
        now[:-1] + "é",
        others[:22] + now[22:],
        "",
        "A" * 64,
        "-" * 64,
    ):
        with pytest.raises(NotFound):
            await calendars.feed(scene.api.house.doors, wrong)
