"""What is compared is the same: the hand-written server gives what MentorHub gives."""

import asyncio
from typing import Any

import orjson
from benchmarks.comparing import comparable
from benchmarks.operations import OPERATIONS, Request
from benchmarks.rows.__main__ import Server

from benchmarks import askers
from mentorhub.house import House
from mentorhub.schema import build_engine
from mentorhub.seeding.loading import seed
from mentorhub.seeding.platform import DEMO, Size
from mentorhub.settings import Settings
from mentorhub.web.approach import Approach

TINY = Size(mentors=4, users=30, bookings=40)


async def test_the_hand_written_server_answers_every_operation_as_mentorhub_does(
    house_settings: Settings,
) -> None:
    url = house_settings.database_url
    await seed(url, TINY, accounts=DEMO)
    crowd = await asyncio.to_thread(askers.gather, url)
    by_hand = Server(url)
    engine = build_engine()
    answers: dict[str, list[tuple[Any, Any]]] = {}

    async with House(house_settings) as house, by_hand.open():
        for operation in OPERATIONS:
            requests = list(crowd.requests(operation))
            # Of what takes something away, each asks for another.
            others = requests[1:] if operation.writes else requests
            answers[operation.key] = [
                (
                    await by_house(house, engine, one),
                    sent(await by_hand.answer(orjson.loads(other.body), other.token)),
                )
                for one, other in list(zip(requests, others, strict=False))[: 1 if operation.writes else 5]
            ]

    told = {key: [comparable(one) for one, _ in pairs] for key, pairs in answers.items()}
    assert told == {key: [comparable(another) for _, another in pairs] for key, pairs in answers.items()}
    assert all(told[each.key] for each in OPERATIONS if not each.writes or url.startswith("postgresql"))


async def by_house(house: House, engine: Any, request: Request) -> Any:
    asked = orjson.loads(request.body)
    bearer = f"Bearer {request.token}" if request.token else None
    context = await house.context(Approach("http", "benchmark", authorization=bearer, address="192.0.2.1"))
    result = await engine.execute(engine.prepare(asked["query"], None), asked["variables"], context)
    assert not result.errors
    return sent(result.data)


def sent(data: Any) -> Any:
    """*data* as it arrives."""
    return orjson.loads(orjson.dumps(data, option=orjson.OPT_UTC_Z))
