"""Who asks at the same time shares a transaction, and gets what they would have got one after the other."""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import event, example, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st
from sqlalchemy import select

from mentorhub.db import facts
from mentorhub.db.database import Transaction
from mentorhub.db.statements import Statement
from mentorhub.db.tables.availability import slots as slots_table
from mentorhub.db.tables.mentors import mentors as mentors_table
from mentorhub.resolvers.desk import Origin, Viewer, Work
from mentorhub.resolvers.placing import Ask, Wish, place
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Invalid, Refusal, Refusals
from mentorhub.rules.vocabulary import SlotStatus
from tests import given
from tests.api import Api
from tests.bookings.scene import FIRST, HOUR, Scene, a_scene, mentor, open_slots, slot_id
from tests.counting import counting


def asking(slot: Key, **more: Any) -> dict[str, Any]:
    return {"slotId": slot_id(slot), "topic": "How to begin"} | more


async def codes_at_once(scene: Scene, asked: Sequence[tuple[Viewer, dict[str, Any]]]) -> list[list[str]]:
    return await asyncio.gather(
        *(scene.refused("requestBooking", viewer, **input_) for viewer, input_ in asked)
    )


async def test_twelve_at_once_are_a_few_transactions(scene: Scene) -> None:
    mentees = [await given.user(scene.api) for _ in range(12)]
    free = []
    for number in range(12):
        other = await mentor(scene.api, name=f"Mentor {number}")
        assert other.mentor_id is not None
        free += await open_slots(scene.api, other.mentor_id, 1)

    async with counting(scene.api) as counted:
        codes = await codes_at_once(
            scene, [(who, asking(slot)) for who, slot in zip(mentees, free, strict=True)]
        )

    assert codes == [[]] * 12
    for table in ("bookings", "facts", "figures"):
        assert sum(f"INSERT INTO {table} " in sql for sql in counted.writes) <= 3
    # Several rows are one statement of many.
    assert len(counted.writes) <= 3 * 10


async def test_of_all_who_want_one_slot_at_once_the_first_has_it(scene: Scene) -> None:
    mentees = [await given.user(scene.api) for _ in range(6)]

    codes = await codes_at_once(scene, [(who, asking(scene.slots[0])) for who in mentees])

    assert codes == [[], *[["SLOT_TAKEN"]] * 5]


async def test_whoever_asks_wrongly_keeps_nobody_else_from_a_slot(scene: Scene) -> None:
    [unknown] = await open_slots(scene.api, scene.other_mentor.mentor_id or Key(""), 1)
    people = [await given.user(scene.api) for _ in range(4)]

    codes = await codes_at_once(
        scene,
        [
            (people[0], asking(scene.slots[0])),
            (people[1], asking(Key("0198f000-0000-7000-8000-000000000000"))),
            (scene.mentor, asking(scene.slots[1])),
            (people[2], asking(scene.slots[2], topic="?", idempotencyKey="")),
            (people[3], asking(unknown)),
        ],
    )

    assert codes == [[], ["NOT_FOUND"], ["OWN_SLOT"], ["INVALID", "INVALID"], []]


async def test_whoever_leaves_while_others_wait_gets_no_booking(scene: Scene) -> None:
    people = [await given.user(scene.api) for _ in range(3)]
    begun = asyncio.Event()
    goes_on = asyncio.Event()
    database: Any = scene.api.house.doors.database
    write = database.write

    async def held_up(action: Any) -> Any:
        async def act(transaction: Transaction) -> Any:
            begun.set()
            await goes_on.wait()
            return await action(transaction)

        return await write(act)

    database.write = held_up
    try:
        tasks = [
            asyncio.create_task(scene.refused("requestBooking", who, **asking(slot)))
            for who, slot in zip(people, scene.slots[::2], strict=True)
        ]
        await begun.wait()
        tasks[1].cancel()
        await asyncio.wait([tasks[1]])
        goes_on.set()
        assert [await tasks[0], await tasks[2]] == [[], []]
    finally:
        del database.write

    assert tasks[1].cancelled()
    # It is free, and they have nothing.
    assert await scene.refused("requestBooking", people[1], **asking(scene.slots[2])) == []


EXAMPLES = 500 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 25


async def test_whoever_leaves_just_before_the_commit_gets_no_booking(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await given.user(scene.api) for _ in range(2)]
    write = facts.write_all
    tasks: list[asyncio.Task[list[str]]] = []

    async def last(*given: Any, **how: Any) -> Any:
        written = await write(*given, **how)
        tasks[1].cancel()
        await asyncio.wait([tasks[1]])
        return written

    monkeypatch.setattr(facts, "write_all", last)
    tasks += [
        asyncio.create_task(scene.refused("requestBooking", who, **asking(slot)))
        for who, slot in zip(people, scene.slots[::2], strict=False)
    ]
    assert await tasks[0] == []
    monkeypatch.undo()

    assert tasks[1].cancelled()
    assert await scene.refused("requestBooking", people[1], **asking(scene.slots[2])) == []


@pytest.mark.parametrize("key", ["\0", "a\x1f", "\t"])
async def test_a_key_that_no_database_takes_is_refused_before_anybody_shares_a_turn_with_it(
    scene: Scene, key: str
) -> None:
    async with counting(scene.api) as counted:
        errors = await scene.errors(
            "requestBooking", scene.mentee, **asking(scene.slots[0], idempotencyKey=key)
        )

    assert [(error["code"], error["field"]) for error in errors] == [("INVALID", ["idempotencyKey"])]
    assert not any("idempotency_keys" in sql for sql in counted.writes)


async def test_what_was_asked_is_the_same_when_it_is_looked_at_again(scene: Scene) -> None:
    gone = Ask(Wish(Key("0198f000-0000-7000-8000-000000000000"), "How to begin", None, None), "k")

    async def act(work: Work) -> list[Any]:
        return [(await place([work], [gone]))[0] for _ in range(3)]

    refused = await scene.api.context(scene.mentee).desk.do(act)

    assert [[each.code for each in refusals.refusals] for refusals in refused] == [["NOT_FOUND"]] * 3


class Wanting(NamedTuple):
    """Who asks for which slot, by their numbers, with which key."""

    mentee: int
    slot: int
    key: str | None
    topic: str


WANTING = st.builds(
    Wanting,
    st.integers(0, 3),
    st.integers(0, 8),
    st.sampled_from([None, None, "a", "b"]),
    st.sampled_from(["How to begin", "How to end", "?"]),
)


class Kept(NamedTuple):
    id: Key
    status: SlotStatus
    offered_from: datetime


class Next(NamedTuple):
    id: Key
    next_slot_at: datetime


SLOTS = Statement(select(*(slots_table.c[name] for name in Kept._fields)).order_by(slots_table.c.id), Kept)
NEXT = Statement(select(*(mentors_table.c[name] for name in Next._fields)).order_by(mentors_table.c.id), Next)


class TakenBackError(Exception):
    """Nothing of it is to stay."""


class Comparison:
    """Several who ask, one after the other and together, of the same slots."""

    def __init__(self, api: Api, people: list[Viewer], slots: list[Key]) -> None:
        self.api = api
        self.people = people
        self.slots = slots

    async def outcome(self, wanted: list[Wanting], *, at_once: bool) -> Any:
        outcome: Any = None

        async def act(transaction: Transaction) -> None:
            nonlocal outcome
            works = [self._work(transaction, each) for each in wanted]
            asks = [self._ask(each) for each in wanted]
            if at_once:
                results = await place(works, asks)
            else:
                results = []
                for work, ask in zip(works, asks, strict=True):
                    results += await place([work], [ask])
            told = [(fact.kind, fact.user_id, fact.mentor_id) for work in works for fact in work.told]
            kept = [await transaction.all(SLOTS), await transaction.all(NEXT)]
            outcome = [self._said(each) for each in results], sorted(told), kept
            raise TakenBackError

        try:
            await self.api.house.doors.database.write(act)
        except TakenBackError:
            return outcome

    def _work(self, transaction: Transaction, each: Wanting) -> Work:
        doors = self.api.house.doors
        return Work(transaction, self.people[each.mentee], self.api.clock.now(), doors.settings, Origin())

    def _ask(self, each: Wanting) -> Ask:
        wrong = (Invalid(field="topic"),) if each.topic == "?" else ()
        return Ask(Wish(self.slots[each.slot], each.topic, None, None), each.key, wrong)

    def _said(self, result: Any) -> Any:
        match result:
            case Refusals():
                return [refusal.code for refusal in result.refusals]
            case Refusal():
                return [result.code, result.message]
        return result.slot_id, result.mentee_id, result.topic


@pytest.fixture
async def comparison(api: Api) -> Comparison:
    scene = await a_scene(api, slots=4, buffer_minutes=30)
    assert scene.other_mentor.mentor_id is not None
    # They overlap the first mentor's, for whoever asks both; and one is there no more.
    others = await open_slots(api, scene.other_mentor.mentor_id, 4, first=FIRST + HOUR / 2)
    gone = [Key("0198f000-0000-7000-8000-000000000000")]
    people = [scene.mentee, scene.other_mentee, await given.user(api), scene.mentor]
    return Comparison(api, people, [*scene.slots, *others, *gone])


BEGIN, END = "How to begin", "How to end"


@settings(max_examples=EXAMPLES)
@example([Wanting(0, 0, None, BEGIN), Wanting(0, 4, None, BEGIN), Wanting(1, 5, None, BEGIN)])
@example([Wanting(0, 0, None, BEGIN), Wanting(1, 1, None, BEGIN), Wanting(2, 0, None, BEGIN)])
@example([Wanting(0, 0, "a", BEGIN), Wanting(0, 0, "a", BEGIN), Wanting(0, 2, "a", END)])
@example([Wanting(3, 0, None, BEGIN), Wanting(2, 8, None, "?"), Wanting(2, 6, None, BEGIN)])
@hypothesis_given(st.lists(WANTING, min_size=2, max_size=10))
async def test_together_is_as_one_after_the_other(comparison: Comparison, wanted: list[Wanting]) -> None:
    one_by_one = await comparison.outcome(wanted, at_once=False)
    together = await comparison.outcome(wanted, at_once=True)

    assert together == one_by_one
    for said in together[0]:
        event(str(said[0]) if isinstance(said, list) else "made")
