"""Lists of mentors: filters compose, orders are total, and pages hold each mentor once while others come and go."""

import os
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, update

from mentorhub.db import offering
from mentorhub.db.database import Database
from mentorhub.db.statements import change
from mentorhub.db.tables.mentors import expertise as expertise_table
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.instants import NEVER
from mentorhub.rules.keys import Key
from mentorhub.rules.mentors import MentorOrder
from mentorhub.rules.search_words import of_profile
from mentorhub.rules.vocabulary import SlotStatus
from mentorhub.schema.nodes import id_of
from tests import rows
from tests.api import MONDAY, Api

LIST = """
query($filter: MentorFilter, $orderBy: MentorOrder, $first: Int, $after: String, $last: Int, $before: String) {
  mentors(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }
"""
HOUR = timedelta(hours=1)
WORDS = ["Amara", "Bo", "Chidi", "Dana", "Émile", "Fatou", "Łukasz", "O'Neill", "Zoë"]
ZONES = ["UTC", "Asia/Kathmandu", "America/New_York"]


async def listed(api: Api, *, first: int = 100, order: str = "RECOMMENDED", **filter: Any) -> list[str]:
    answer = await api.ask(LIST, filter=filter, orderBy=order, first=first)
    return [edge["node"]["id"] for edge in answer["mentors"]["edges"]]


async def whole_list(api: Api, size: int, *, backward: bool = False, **variables: Any) -> list[str]:
    """Every id of the list, page by page."""
    found: list[str] = []
    place: dict[str, Any] = {}
    while True:
        window: dict[str, Any] = {"last": size} if backward else {"first": size}
        answer = (await api.ask(LIST, **window, **place, **variables))["mentors"]
        ids = [edge["node"]["id"] for edge in answer["edges"]]
        assert len(ids) <= size
        found = ids + found if backward else found + ids
        page = answer["pageInfo"]
        if not page["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        place = {"before": page["startCursor"]} if backward else {"after": page["endCursor"]}


def a_mentor(chance: random.Random, number: int) -> dict[str, Any]:
    """A mentor of few distinct sort values."""
    name = f"{chance.choice(WORDS)} {chance.choice(WORDS)}"
    count = chance.choice([0, 0, 1, 4])
    average = chance.choice([3.0, 4.5, 5.0]) if count else 0.0
    return {
        "name": name,
        "sort_name": name.casefold(),
        "is_open": chance.random() < 0.5,
        "score": chance.choice([3.5, 4.0, 4.25]),
        "rating_average": average,
        "rating_count": count,
        "completed_session_count": chance.choice([0, 1, 2]),
        "approved_at": MONDAY - chance.choice([0, 1, 2]) * HOUR,
        "next_slot_at": chance.choice([MONDAY + HOUR, MONDAY + 2 * HOUR, NEVER]),
        "timezone": chance.choice(ZONES),
        "accepting_requests": chance.random() < 0.7,
        "company": chance.choice(["Adeyemi & Co", "Bits", None]),
        "job_title": None,
        "bio": chance.choice(["Data science and more. ", "Gardens, mostly. "]) + "b" * 40,
    }


async def many_mentors(database: Database, number: int, *, seed: int = 1) -> list[Key]:
    chance = random.Random(seed)
    users = await rows.users(database, number)
    values = [a_mentor(chance, each) for each in range(number)]
    return await rows.mentors(
        database,
        [
            value
            | {
                "user_id": user,
                "search": of_profile(
                    name=value["name"],
                    company=value["company"],
                    job_title=None,
                    bio=value["bio"],
                    expertise=[],
                ),
            }
            for value, user in zip(values, users, strict=True)
        ],
    )


@pytest.mark.parametrize("order", MentorOrder)
async def test_pages_of_any_size_and_direction_make_the_same_list(api: Api, order: MentorOrder) -> None:
    keys = await many_mentors(api.house.doors.database, 130)

    lists = [
        await whole_list(api, size, backward=backward, orderBy=order)
        for size in (1, 7, 100)
        for backward in (False, True)
        if size > 1 or not backward
    ]

    assert sorted(lists[0]) == sorted(id_of("Mentor", key) for key in keys)
    assert all(each == lists[0] for each in lists)


ONE_BY_ONE = (
    list(MentorOrder) if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else [MentorOrder.RECOMMENDED]
)
"""The orders whose thousand mentors are read one at a time."""


@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize(
    ("order", "size"),
    [(order, size) for order in MentorOrder for size in (1, 7, 100) if size > 1 or order in ONE_BY_ONE],
)
async def test_who_stands_throughout_is_listed_exactly_once_while_others_come_and_go(
    api: Api, order: MentorOrder, size: int, *, backward: bool
) -> None:
    database = api.house.doors.database
    keys = await many_mentors(database, 1_000)
    going = random.Random(2).sample(keys, 200)
    hide = change(update(mentors).where(mentors.c.id == bindparam("key")).values(is_public=False))

    seen: list[str] = []
    came: list[Key] = []
    window: dict[str, Any] = {"last": size} if backward else {"first": size}
    while True:
        answer = (await api.ask(LIST, orderBy=order, **window))["mentors"]
        seen += [edge["node"]["id"] for edge in answer["edges"]]
        page = answer["pageInfo"]
        if not page["hasPreviousPage" if backward else "hasNextPage"]:
            break
        window |= {"before": page["startCursor"]} if backward else {"after": page["endCursor"]}
        if len(came) * 5 <= len(seen):
            for key in going[len(came) :][:size]:
                await database.write(lambda transaction, key=key: transaction.run(hide, key=key))  # type: ignore[misc]  # a key
            came += await many_mentors(database, size, seed=len(seen))

    stood = {id_of("Mentor", key) for key in keys if key not in going}
    assert len(seen) == len(set(seen))
    assert stood <= set(seen) <= {id_of("Mentor", key) for key in (*keys, *came)}


async def test_each_filter_narrows_the_list_and_they_compose(api: Api) -> None:
    database = api.house.doors.database
    keys = await many_mentors(database, 120)
    python, rust = await rows.add(
        database,
        expertise_table,
        {"name": "Python", "slug": "python"},
        {"name": "Rust", "slug": "rust"},
    )
    chance = random.Random(3)
    await rows.knowing(
        database, {key: [each for each in (python, rust) if chance.random() < 0.4] for key in keys}
    )
    everybody = await api.ask(
        """{ mentors(first: 100) { nodes { ...M } pageInfo { endCursor } } }
        fragment M on Mentor { id name timezone acceptingRequests company bio rating { average } expertise { id } }"""
    )
    rest = await api.ask(
        """query($after: String) { mentors(first: 100, after: $after) { nodes { ...M } } }
        fragment M on Mentor { id name timezone acceptingRequests company bio rating { average } expertise { id } }""",
        after=everybody["mentors"]["pageInfo"]["endCursor"],
    )
    every = everybody["mentors"]["nodes"] + rest["mentors"]["nodes"]
    filters: list[tuple[dict[str, Any], Any]] = [
        ({"timezones": ["Asia/Kathmandu", "UTC"]}, lambda m: m["timezone"] in {"Asia/Kathmandu", "UTC"}),
        ({"timezones": []}, lambda m: False),
        ({"acceptingRequests": True}, lambda m: m["acceptingRequests"]),
        ({"acceptingRequests": False}, lambda m: not m["acceptingRequests"]),
        ({"minimumRating": 4.5}, lambda m: (m["rating"]["average"] or 0) >= 4.5),
        (
            {"expertiseIds": [id_of("Expertise", rust)]},
            lambda m: id_of("Expertise", rust) in {each["id"] for each in m["expertise"]},
        ),
        ({"expertiseIds": [id_of("Expertise", python), id_of("Expertise", rust)]}, lambda m: m["expertise"]),
        ({"expertiseIds": ["nonsense"]}, lambda m: False),
        ({"search": "ADEYEMI"}, lambda m: m["company"] == "Adeyemi & Co"),
        ({"search": "data gard"}, lambda m: False),
    ]

    for one, holds in filters:
        for other, also in filters:
            both = one | other
            wanted = [m["id"] for m in every if (both != one or holds(m)) and (both != other or also(m))]
            if set(one) & set(other) and one != other:
                continue
            wanted = [m["id"] for m in every if holds(m) and also(m)]
            found = await whole_list(api, 100, filter=both)
            assert found == wanted, both


@pytest.mark.parametrize("few", [0, 10_000])
async def test_lists_are_the_same_however_they_are_found(
    api: Api, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    await many_mentors(api.house.doors.database, 150)
    filter_ = {"search": "dana", "minimumRating": 1.0, "availableUntil": "2030-01-01T00:00:00Z"}
    by_default = [await whole_list(api, 7, filter={"search": "dana"}, orderBy=order) for order in MentorOrder]

    monkeypatch.setattr("mentorhub.resolvers.mentor_lists._FEW", few)

    again = [await whole_list(api, 7, filter={"search": "dana"}, orderBy=order) for order in MentorOrder]
    assert again == by_default
    assert all(by_default)
    assert await whole_list(api, 7, filter=filter_) == []


async def test_a_cursor_belongs_to_its_order_and_filter(api: Api) -> None:
    await many_mentors(api.house.doors.database, 30)
    cursor = (await api.ask(LIST, first=3))["mentors"]["pageInfo"]["endCursor"]

    async def codes(**variables: Any) -> list[str]:
        return (await api.ask(LIST, **variables)).codes

    assert await codes(after=cursor) == []
    assert await codes(after=cursor, orderBy="NAME") == ["CURSOR_INVALID"]
    assert await codes(after=cursor, filter={"acceptingRequests": True}) == ["CURSOR_INVALID"]
    assert await codes(after=cursor[:-2]) == ["CURSOR_INVALID"]
    assert await codes(after="") == ["CURSOR_INVALID"]
    assert (
        await codes(first=0) == await codes(first=101) == await codes(first=1, last=1) == ["BAD_USER_INPUT"]
    )


async def test_the_total_counts_the_whole_list_as_filtered(api: Api) -> None:
    keys = await many_mentors(api.house.doors.database, 130)

    query = "query($filter: MentorFilter) { mentors(filter: $filter, first: 1) { totalCount } }"

    everybody = (await api.ask(query))["mentors"]["totalCount"]
    nobody = (await api.ask(query, filter={"search": "nobody of that name"}))["mentors"]["totalCount"]
    some = (await api.ask(query, filter={"search": "adeyemi"}))["mentors"]["totalCount"]

    assert (everybody, nobody) == (len(keys), 0)
    assert some == len(await listed(api, search="adeyemi"))


def at(hours: float) -> datetime:
    return MONDAY + hours * HOUR


async def test_a_window_finds_mentors_with_an_open_slot_in_it(api: Api) -> None:
    database = api.house.doors.database
    early, late, held, closed = [await rows.mentor(database) for _ in range(4)]
    for mentor, hours in ((early, 30), (late, 60), (held, 30), (closed, 30)):
        await rows.slot(
            database,
            mentor,
            at(hours),
            at(hours + 1),
            status=SlotStatus.CLOSED if mentor == closed else SlotStatus.OPEN,
            offered_from=at(5) if mentor == held else MONDAY,
            offered_until=at(hours - 24),
        )
    await database.write(
        lambda transaction: offering.set_next(transaction, [early, late, held, closed], now=MONDAY)
    )

    async def found(since: float | None, until: float | None) -> set[str]:
        window: dict[str, Any] = {
            "availableFrom": None if since is None else at(since).isoformat(),
            "availableUntil": None if until is None else at(until).isoformat(),
        }
        return set(await listed(api, **window))

    names = {key: id_of("Mentor", key) for key in (early, late, held, closed)}
    assert await found(0, 100) == {names[early], names[late]}
    assert await found(30, 31) == {names[early]}
    assert await found(31, None) == {names[late]}
    assert await found(None, 30) == set()
    assert await found(40, 30) == set()
    api.clock.forward(hours=5)
    assert await found(30, 31) == {names[early], names[held]}
    api.clock.forward(hours=2)
    assert await found(30, 31) == set()


async def test_rows_of_deleted_mentors_leave_the_search(api: Api) -> None:
    database = api.house.doors.database
    keys = await many_mentors(database, 20)
    remove = change(delete(mentors).where(mentors.c.id == bindparam("key")))

    for key in keys:
        await database.write(lambda transaction, key=key: transaction.run(remove, key=key))  # type: ignore[misc]  # a key

    assert await listed(api, search="b") == []
