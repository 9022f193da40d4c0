"""Open slots in lists: of each mentor and across all, in windows, filtered, and in pages."""

import random
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from mentorhub.db import open_slots
from mentorhub.db.paging import Window
from mentorhub.db.tables.availability import slots as slots_table
from mentorhub.db.tables.mentors import expertise as expertise_table
from mentorhub.rules.keys import NOBODY, Key
from mentorhub.rules.listing import terms
from mentorhub.rules.slots import SessionRules
from mentorhub.rules.vocabulary import SlotStatus
from mentorhub.schema.nodes import id_of
from tests import rows
from tests.api import MONDAY, Api

LIST = """
query($filter: SlotFilter, $first: Int, $after: String, $last: Int, $before: String) {
  slots(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id startsAt } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }
"""
HOUR = timedelta(hours=1)


class Placed:
    """A slot as a test has placed it."""

    def __init__(self, key: Key, mentor: Key, row: dict[str, Any], knowledge: set[Key]) -> None:
        self.id = id_of("Slot", key)
        self.key = key
        self.mentor = mentor
        self.row = row
        self.knowledge = knowledge

    def is_offered(self, now: datetime) -> bool:
        return (
            self.row["status"] in {SlotStatus.OPEN, SlotStatus.HELD}
            and self.row["offered_from"] <= now <= self.row["offered_until"]
        )


async def many_slots(api: Api, *, seed: int = 1, mentors: int = 12) -> list[Placed]:
    """Slots of mentors with various notices and horizons, many at the same instants, some taken or near a booking."""
    database = api.house.doors.database
    chance = random.Random(seed)
    known = await rows.add(
        database,
        expertise_table,
        *({"name": name, "slug": rows.unique(name)} for name in ("python", "rust")),
    )
    placed = []
    for _ in range(mentors):
        rule = SessionRules(
            minimum_notice_hours=chance.choice([0, 2, 24, 48]), horizon_days=chance.choice([1, 3, 5])
        )
        mentor = await rows.mentor(database)
        knowledge = {key for key in known if chance.random() < 0.5}
        await rows.knowing(database, {mentor: knowledge})
        mine: list[dict[str, Any]] = []
        for hours in sorted(chance.sample(range(150), 25)):
            start = MONDAY + hours * HOUR
            offered_from = start - rule.horizon + timedelta(microseconds=1)
            if chance.random() < 0.1:
                offered_from = max(offered_from, MONDAY + 20 * HOUR)
            mine.append(
                {
                    "mentor_id": mentor,
                    "starts_at": start,
                    "ends_at": start + timedelta(minutes=chance.choice([15, 30, 60])),
                    "status": chance.choice([*[SlotStatus.OPEN] * 6, *SlotStatus]),
                    "offered_from": offered_from,
                    "offered_until": start - rule.minimum_notice,
                    "terms": terms(rule),
                }
            )
        keys = await rows.add(database, slots_table, *mine)
        placed += [Placed(key, mentor, row, knowledge) for key, row in zip(keys, mine, strict=True)]
    return placed


async def whole_list(api: Api, size: int, *, backward: bool = False, **filter: Any) -> list[str]:
    found: list[str] = []
    window: dict[str, Any] = {"last": size} if backward else {"first": size}
    while True:
        answer = (await api.ask(LIST, filter=filter, **window))["slots"]
        ids = [edge["node"]["id"] for edge in answer["edges"]]
        found = ids + found if backward else found + ids
        page = answer["pageInfo"]
        if not page["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        window |= {"before": page["startCursor"]} if backward else {"after": page["endCursor"]}


def sorted_ids(placed: list[Placed]) -> list[str]:
    return [each.id for each in sorted(placed, key=lambda each: (each.row["starts_at"], each.key))]


@pytest.mark.parametrize("later", [0, 3, 30])
async def test_the_list_is_what_is_offered_soonest_first_in_pages_of_any_size(api: Api, later: int) -> None:
    placed = await many_slots(api)
    api.clock.forward(hours=later)
    offered = [each for each in placed if each.is_offered(api.clock.now())]

    for size in (7, 100):
        for backward in (False, True):
            assert await whole_list(api, size, backward=backward) == sorted_ids(offered)
    total = (await api.ask("{ slots(first: 1) { totalCount } }"))["slots"]["totalCount"]
    assert total == len(offered) > 20


async def test_a_window_and_two_places_bound_a_page_together(api: Api) -> None:
    """Slots at the same instants, with places and bounds at these instants and beside them."""
    database = api.house.doors.database
    mentors = [await rows.mentor(database) for _ in range(3)]
    instants = [MONDAY + hours * HOUR for hours in (24, 25, 26)]
    offered = {"offered_from": MONDAY, "offered_until": MONDAY + 90 * HOUR, "terms": terms(SessionRules())}
    made: list[dict[str, Any]] = [
        {"mentor_id": mentor, "starts_at": at, "ends_at": at + HOUR, "status": SlotStatus.OPEN, **offered}
        for at in instants
        for mentor in mentors
    ]
    keys = await rows.add(database, slots_table, *made)
    placed = sorted((row["starts_at"], key) for row, key in zip(made, keys, strict=True))
    places = [
        None,
        placed[0],
        placed[4],
        placed[8],
        (placed[4][0], NOBODY),
        (placed[4][0] + HOUR / 2, NOBODY),
    ]
    bounds = [instants[0], instants[1], instants[1] + HOUR / 2]
    shapes: tuple[dict[str, Any], ...] = ({}, {"mentors": mentors[:2]})

    for given, after, before, backward in product(shapes, places, places, (False, True)):
        listing = open_slots.listing(open_slots.Shape(mentors=bool(given)))
        for since, until in product(bounds, [*bounds, instants[2] + HOUR]):
            window = Window(100, backward=backward, after=after, before=before)
            cut = await listing.cut(database.reader, window, since=since, until=until, now=MONDAY, **given)
            assert [(row.starts_at, row.id) for row in cut.rows] == [
                place
                for place in placed
                if since <= place[0] < until
                and (after is None or place > after)
                and (before is None or place < before)
                and (not given or made[keys.index(place[1])]["mentor_id"] in given["mentors"])
            ], (given, after, before, since, until)


@pytest.mark.parametrize("few", [0, 10_000])
async def test_each_filter_narrows_the_list_and_they_compose(
    api: Api, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("mentorhub.resolvers.slot_lists._FEW", few)
    placed = await many_slots(api)
    offered = [each for each in placed if each.is_offered(MONDAY)]
    one, other = placed[0].mentor, placed[-1].mentor
    python = next(key for each in placed for key in each.knowledge)
    noon = MONDAY + 50 * HOUR
    filters: list[tuple[dict[str, Any], Any]] = [
        (
            {"mentorIds": [id_of("Mentor", one), id_of("Mentor", other), id_of("Mentor", one)]},
            lambda each: each.mentor in {one, other},
        ),
        ({"mentorIds": ["nonsense"]}, lambda each: False),
        ({"mentorIds": []}, lambda each: False),
        ({"expertiseIds": [id_of("Expertise", python)]}, lambda each: python in each.knowledge),
        ({"from": noon.isoformat()}, lambda each: each.row["starts_at"] >= noon),
        ({"until": noon.isoformat()}, lambda each: each.row["starts_at"] < noon),
        (
            {"minimumMinutes": 30},
            lambda each: each.row["ends_at"] - each.row["starts_at"] >= timedelta(minutes=30),
        ),
        ({"minimumMinutes": 2_000_000_000}, lambda each: False),
        ({"minimumMinutes": -5}, lambda each: True),
    ]

    for first, holds in filters:
        for second, also in filters:
            if set(first) & set(second) and first != second:
                continue
            wanted = [each for each in offered if holds(each) and also(each)]
            assert await whole_list(api, 11, **(first | second)) == sorted_ids(wanted), (first, second)


async def test_each_mentor_has_their_next_slots_in_a_window(api: Api) -> None:
    placed = await many_slots(api)
    query = """
    query($from: DateTime, $until: DateTime, $first: Int) { mentors(first: 20) { nodes {
      id nextSlot { id } slots(from: $from, until: $until, first: $first) { id } } } }
    """

    for start, end, first in ((None, None, 50), (None, 60, 3), (40, None, 500), (40, 60, 2), (60, 40, 5)):
        since = None if start is None else MONDAY + start * HOUR
        until = None if end is None else MONDAY + end * HOUR
        window: dict[str, Any] = {
            "from": since and since.isoformat(),
            "until": until and until.isoformat(),
            "first": first,
        }
        answer = await api.ask(query, **window)
        for node in answer["mentors"]["nodes"]:
            own = [
                each
                for each in placed
                if id_of("Mentor", each.mentor) == node["id"] and each.is_offered(MONDAY)
            ]
            wanted = [
                each
                for each in own
                if (since is None or each.row["starts_at"] >= since)
                and (until is None or each.row["starts_at"] < until)
            ]
            assert [slot["id"] for slot in node["slots"]] == sorted_ids(wanted)[:first]
            assert node["nextSlot"] == ({"id": sorted_ids(own)[0]} if own else None)


async def test_windows_and_counts_have_bounds(api: Api) -> None:
    await rows.mentor(api.house.doors.database)
    query = """
    query($from: DateTime, $until: DateTime, $first: Int) {
      mentors { nodes { slots(from: $from, until: $until, first: $first) { id } } } }
    """

    async def codes(**variables: Any) -> list[str]:
        return (await api.ask(query, **variables)).codes

    assert await codes(**{"from": "2026-03-01T00:00:00Z", "until": "2026-06-01T00:00:00Z"}) == []
    assert await codes(**{"from": "2026-03-01T00:00:00Z", "until": "2026-06-01T00:00:01Z"}) == [
        "BAD_USER_INPUT"
    ]
    assert await codes(until="2026-06-02T09:00:01Z") == ["BAD_USER_INPUT"]
    assert await codes(first=0) == await codes(first=501) == ["BAD_USER_INPUT"]
    assert await codes(first=500) == []


async def test_a_cursor_of_slots_belongs_to_its_filter(api: Api) -> None:
    await many_slots(api)
    cursor = (await api.ask(LIST, first=3))["slots"]["pageInfo"]["endCursor"]

    assert (await api.ask(LIST, after=cursor)).codes == []
    assert (await api.ask(LIST, after=cursor, filter={"minimumMinutes": 15})).codes == ["CURSOR_INVALID"]
    assert (await api.ask(LIST, after="nonsense")).codes == ["CURSOR_INVALID"]
