"""The viewer's bookings: filters that compose, pages, and tabs whose counts are what they list."""

from datetime import datetime, timedelta
from itertools import chain, combinations, product
from typing import Any, Final

import pytest

from mentorhub.db import bookings as stored
from mentorhub.db.bookings import BookingRow
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus
from tests import given
from tests.api import Api
from tests.bookings.scene import FIRST, Scene, a_scene, mentor, open_slots, slot_id

LIST: Final = """
query ($filter: BookingFilter, $orderBy: BookingOrder, $first: Int, $after: String, $last: Int, $before: String) {
  viewer {
    bookings(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
COUNTS: Final = """
query ($party: BookingParty) {
  viewer { bookingCounts(as: $party) { all pending confirmed completed declined cancelled expired } }
}
"""


@pytest.fixture
async def crowd(api: Api) -> Scene:
    """A mentor who is a mentee too, with bookings of every status, past and to come, at the end of a week."""
    scene = await a_scene(api, slots=14, minimum_notice_hours=0)
    mentees = [await given.user(api, name=name) for name in ("Zoë Müller", "Ann Zola")]
    people = [scene.mentee, *mentees]
    for number, slot in enumerate(scene.slots[:12]):
        who = people[number % 3]
        topic = ("Career change", "Code review", "Über alles reden")[number % 3]
        booking = await scene.request(slot, who, topic=topic, questions="How do I grow?")
        match number % 6:
            case 0 | 5:
                await scene.do("confirmBooking", scene.mentor, bookingId=booking)
            case 1:
                await scene.do("declineBooking", scene.mentor, bookingId=booking)
            case 2:
                await scene.do("cancelBooking", who, bookingId=booking)
            case 3:
                await scene.do("confirmBooking", scene.mentor, bookingId=booking)
                await scene.do(
                    "rescheduleBooking",
                    scene.mentor,
                    bookingId=booking,
                    slotId=slot_id(scene.slots[12 + number // 6]),
                )
    other = scene.other_mentor.mentor_id
    assert other
    elsewhere = await open_slots(api, other, 3, first=FIRST + timedelta(hours=20))
    for slot in elsewhere:
        await scene.request(slot, scene.mentor, topic="Mentoring of mentors")
    await scene.do("confirmBooking", scene.other_mentor, bookingId=await own(scene, elsewhere[0]))
    api.clock.instant = FIRST + timedelta(hours=6)
    done = [row for row in await everything(scene) if row.starts_at <= FIRST and row.status == "CONFIRMED"]
    for row in done:
        await scene.do("completeBooking", scene.mentor, bookingId=f"booking_{row.id}")
    return scene


async def own(scene: Scene, slot: Key) -> str:
    asked = "query ($id: ID!) { node(id: $id) { ... on Slot { booking { id } } } }"
    answer = await scene.api.ask(asked, scene.admin, id=slot_id(slot))
    return str(answer["node"]["booking"]["id"])


async def everything(scene: Scene) -> list[BookingRow]:
    """Every booking, as it is now."""
    reader, now = scene.api.house.doors.database.reader, scene.api.clock.now()
    keys = [row["id"].removeprefix("booking_") for row in await listed(scene, scene.mentor)]
    return list((await stored.by_keys(reader, keys, now=now)).values())


async def listed(scene: Scene, viewer: Viewer, size: int = 7, **arguments: Any) -> list[dict[str, Any]]:
    """The whole list, page by page."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        answer = await scene.api.ask(LIST, viewer, first=size, after=after, **arguments)
        page = answer["viewer"]["bookings"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = page["pageInfo"]["endCursor"]


async def test_filters_compose_as_the_rules_say(crowd: Scene) -> None:
    rows, now = await everything(crowd), crowd.api.clock.now()
    parts: dict[str, list[Any]] = {
        "as": [None, "MENTEE", "MENTOR"],
        "statuses": [None, ["PENDING"], ["CONFIRMED", "EXPIRED"], []],
        "startsFrom": [None, (FIRST + timedelta(hours=3)).isoformat()],
        "startsUntil": [None, (FIRST + timedelta(hours=9)).isoformat()],
        "upcoming": [None, True, False],
        "search": [None, "rev"],
    }

    for values in product(*parts.values()):
        asked = {name: value for name, value in zip(parts, values, strict=True) if value is not None}
        found = await listed(crowd, crowd.mentor, 100, filter=asked, orderBy="STARTS_SOONEST")

        wanted = [row for row in rows if holds(row, asked, crowd.mentor, now)]
        wanted.sort(key=lambda row: (row.starts_at, row.id))
        assert [node["id"] for node in found] == [f"booking_{row.id}" for row in wanted], asked


def holds(row: BookingRow, filter: dict[str, Any], viewer: Viewer, now: datetime) -> bool:
    is_active = row.status in {BookingStatus.PENDING, BookingStatus.CONFIRMED}
    is_upcoming = is_active and row.starts_at > now
    judged = {
        "as": lambda value: viewer.user_id == (row.mentee_id if value == "MENTEE" else row.mentor_user_id),
        "statuses": lambda value: row.status in value,
        "startsFrom": lambda value: row.starts_at >= datetime.fromisoformat(value),
        "startsUntil": lambda value: row.starts_at < datetime.fromisoformat(value),
        "upcoming": lambda value: is_upcoming is value,
        "search": lambda value: any(word.startswith(value) for word in row.topic.lower().split()),
    }
    return all(judged[name](value) for name, value in filter.items())


async def test_every_set_of_statuses_lists_what_has_one_of_them(crowd: Scene) -> None:
    rows = await everything(crowd)
    statuses = list(BookingStatus)

    for some in chain.from_iterable(combinations(statuses, size) for size in range(len(statuses) + 1)):
        found = await listed(crowd, crowd.mentor, filter={"statuses": [status.value for status in some]})

        assert {node["id"] for node in found} == {f"booking_{row.id}" for row in rows if row.status in some}


@pytest.mark.parametrize("party", [None, "MENTEE", "MENTOR"])
async def test_the_counts_of_the_tabs_are_what_the_tabs_list(crowd: Scene, party: str | None) -> None:
    crowd.api.clock.forward(hours=1)

    counts = (await crowd.api.ask(COUNTS, crowd.mentor, party=party))["viewer"]["bookingCounts"]

    for tab, count in counts.items():
        asked = {"as": party, **({} if tab == "all" else {"statuses": [tab.upper()]})}
        assert len(await listed(crowd, crowd.mentor, filter=asked)) == count, tab
    assert counts["all"] == sum(count for tab, count in counts.items() if tab != "all")


@pytest.mark.parametrize("order", ["STARTS_SOONEST", "STARTS_LATEST", "REQUESTED_LATEST"])
async def test_pages_of_any_size_from_either_end_are_the_whole_list(crowd: Scene, order: str) -> None:
    whole = [node["id"] for node in await listed(crowd, crowd.mentor, orderBy=order)]

    for size in (1, 4, 100):
        backward: list[str] = []
        before = None
        while True:
            answer = await crowd.api.ask(LIST, crowd.mentor, orderBy=order, last=size, before=before)
            page = answer["viewer"]["bookings"]
            backward = [node["id"] for node in page["nodes"]] + backward
            if not page["pageInfo"]["hasPreviousPage"]:
                break
            before = page["pageInfo"]["startCursor"]
        assert backward == whole


async def test_a_page_stays_where_it_is_while_bookings_come_and_go(crowd: Scene) -> None:
    page = (await crowd.api.ask(LIST, crowd.mentor, orderBy="STARTS_SOONEST", first=8))["viewer"]["bookings"]
    rest = (await listed(crowd, crowd.mentor, orderBy="STARTS_SOONEST"))[8:]
    assert crowd.mentor.mentor_id
    [late] = await open_slots(
        crowd.api, crowd.mentor.mentor_id, 1, first=FIRST + timedelta(hours=15), minutes=20
    )
    await crowd.request(late, crowd.other_mentee)

    answer = await crowd.api.ask(
        LIST, crowd.mentor, orderBy="STARTS_SOONEST", first=100, after=page["pageInfo"]["endCursor"]
    )

    found = [node["id"] for node in answer["viewer"]["bookings"]["nodes"]]
    assert [each for each in found if each in {node["id"] for node in rest}] == [node["id"] for node in rest]


async def test_a_cursor_of_another_list_is_refused(crowd: Scene) -> None:
    page = (await crowd.api.ask(LIST, crowd.mentor, first=2))["viewer"]["bookings"]
    cursor = page["pageInfo"]["endCursor"]

    foreign = [
        await crowd.api.ask(LIST, crowd.mentor, first=2, after=cursor, orderBy="STARTS_SOONEST"),
        await crowd.api.ask(LIST, crowd.mentor, first=2, after=cursor, filter={"upcoming": True}),
        await crowd.api.ask(LIST, crowd.mentee, first=2, after=cursor),
        await crowd.api.ask(LIST, crowd.mentor, first=2, after=cursor[:-1]),
    ]

    assert [answer.codes for answer in foreign] == [["CURSOR_INVALID"]] * 4


@pytest.mark.parametrize(
    ("search", "count"),
    [
        ("zoe mull", 4),
        ("ZOLA über", 4),
        ("career grow", 4),
        ("mentors", 3),
        ("rafael", 3),
        ("areer", 0),
        ("career review", 0),
        ("  ", 15),
        ("!!!", 0),
        ("o'brien \"* OR NOT (", 0),
    ],
)
async def test_search_finds_words_and_their_beginnings_in_texts_and_names(
    crowd: Scene, search: str, count: int
) -> None:
    assert len(await listed(crowd, crowd.mentor, filter={"search": search})) == count


async def test_the_counterpart_narrows_a_list_and_strangers_are_nobody(crowd: Scene) -> None:
    mentee = await crowd.user_id(crowd.mentee)
    mentor_id = f"mentor_{crowd.other_mentor.mentor_id}"

    filters: list[dict[str, list[str]]] = [
        {"menteeIds": [mentee]},
        {"mentorIds": [mentor_id]},
        {"mentorIds": [mentor_id], "menteeIds": [mentee]},
        {"mentorIds": ["mentor_nothing", mentee]},
        {"mentorIds": []},
    ]
    sizes = [len(await listed(crowd, crowd.mentor, filter=asked)) for asked in filters]

    assert sizes == [4, 3, 0, 0, 0]


async def test_nobody_lists_the_bookings_of_others(crowd: Scene) -> None:
    stranger = await mentor(crowd.api)

    assert await listed(crowd, stranger) == []
    assert len(await listed(crowd, crowd.mentee)) == 4
    assert (await crowd.api.ask("{ viewer { bookings { totalCount } } }"))["viewer"] is None
