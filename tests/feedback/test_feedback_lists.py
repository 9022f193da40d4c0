"""Feedback in lists: of one mentor page by page, of many mentors in one statement."""

from datetime import timedelta
from typing import Any, Final

from mentorhub.db.database import Database
from mentorhub.db.tables.feedback import feedback
from mentorhub.rules.vocabulary import BookingStatus
from tests import rows
from tests.api import MONDAY, Api
from tests.counting import counting

PAGE: Final = """
query ($ids: [ID!]!, $first: Int, $after: String, $last: Int, $before: String) {
  nodes(ids: $ids) {
    ... on Mentor {
      feedback(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { rating author { name } mentor { name } booking { id } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
}
"""


async def rated(database: Database, *ratings: int) -> str:
    """The id of a mentor with feedback of *ratings*, an hour after each other, as its figures have it."""
    count = len(ratings)
    mentor = await rows.mentor(
        database,
        rating_sum=sum(ratings),
        rating_count=count,
        stars=" ".join(str(ratings.count(stars)) for stars in range(1, 6)),
        rating_average=sum(ratings) / count if count else 0.0,
        score=4.0,
    )
    for number, rating in enumerate(ratings):
        start = MONDAY - timedelta(days=9) + timedelta(hours=number)
        mentee = await rows.user(database)
        booking = await rows.booking(
            database,
            mentor,
            start,
            start + timedelta(hours=1),
            status=BookingStatus.COMPLETED,
            mentee_id=mentee,
        )
        said = {"booking_id": booking, "mentor_id": mentor, "author_id": mentee, "rating": rating}
        await rows.add(database, feedback, said | {"comment": "Worth the hour.", "created_at": start})
    return f"mentor_{mentor}"


async def page(api: Api, *ids: str, **arguments: Any) -> list[dict[str, Any]]:
    answer = await api.ask(PAGE, ids=list(ids), **arguments)
    return [each["feedback"] for each in answer["nodes"]]


def ratings(found: dict[str, Any]) -> list[int]:
    return [edge["node"]["rating"] for edge in found["edges"]]


async def test_feedback_comes_newest_first_and_in_pages_from_either_end(api: Api) -> None:
    mentor = await rated(api.house.doors.database, 1, 2, 3, 4, 5)

    [first] = await page(api, mentor, first=2)
    [second] = await page(api, mentor, first=2, after=first["pageInfo"]["endCursor"])
    [last] = await page(api, mentor, last=2)
    [before] = await page(api, mentor, last=2, before=last["pageInfo"]["startCursor"])

    assert [ratings(each) for each in (first, second, last, before)] == [[5, 4], [3, 2], [2, 1], [4, 3]]
    assert first["totalCount"] == 5
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    assert (last["pageInfo"]["hasNextPage"], last["pageInfo"]["hasPreviousPage"]) == (False, True)


async def test_many_mentors_cost_as_many_statements_as_one(api: Api) -> None:
    database = api.house.doors.database
    ids = [await rated(database, *range(1, 2 + number % 5)) for number in range(6)]

    async with counting(api) as one:
        [alone] = await page(api, ids[3], first=3)
    async with counting(api) as many:
        together = await page(api, *ids, first=3)

    assert [ratings(each) for each in together] == [[1], [2, 1], [3, 2, 1], [4, 3, 2], [5, 4, 3], [1]]
    assert together[3] == alone
    assert sorted(many.reads) == sorted(one.reads)


async def test_a_cursor_belongs_to_one_mentors_list(api: Api) -> None:
    database = api.house.doors.database
    ids = [await rated(database, 1, 2, 3), await rated(database, 4, 5)]
    [found] = await page(api, ids[0], first=1)

    answer = await api.ask(PAGE, ids=ids, first=1, after=found["pageInfo"]["endCursor"])

    assert answer.codes == ["CURSOR_INVALID"]
    assert ratings(answer.data["nodes"][0]["feedback"]) == [2]
    assert answer.data["nodes"][1] is None


async def test_a_list_that_asks_for_too_much_is_refused(api: Api) -> None:
    mentor = await rated(api.house.doors.database, 1)

    for first, last in ((0, None), (101, None), (None, 0), (1, 1)):
        answer = await api.ask(PAGE, ids=[mentor], first=first, last=last)
        assert answer.codes == ["BAD_USER_INPUT"]
