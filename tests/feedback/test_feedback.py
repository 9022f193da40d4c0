"""What mentees say of sessions: once, answered once, and gone everywhere at once when it is hidden."""

from typing import Any, Final

import pytest

from mentorhub.db import mentors
from mentorhub.db.keys import new_key
from mentorhub.resolvers import feedback
from mentorhub.resolvers.desk import Desk, Viewer
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Forbidden, NotFound, WrongState
from tests import given
from tests.bookings.scene import Scene
from tests.feedback.words import LEAVE, REPLY

SEEN: Final = """
query ($mentor: ID!, $feedback: ID!, $booking: ID!) {
  mentor(id: $mentor) {
    rating { average count distribution }
    feedback { totalCount nodes { id rating } }
  }
  node(id: $feedback) { ... on Feedback { id comment hiddenAt } }
  booking(id: $booking) { feedback { id } }
}
"""
COMMENT: Final = "Very clear, and patient with my questions."


async def left(
    scene: Scene, rating: int = 5, comment: str = COMMENT, booking: str | None = None
) -> dict[str, Any]:
    """Feedback on a completed session, and the session's id as `on`."""
    on = booking or await scene.completed()
    payload = await scene.api.do(LEAVE, scene.mentee, input=saying(on, rating, comment))
    return {**payload["feedback"], "on": on}


def saying(booking: str, rating: int = 5, comment: str = COMMENT) -> dict[str, Any]:
    return {"bookingId": booking, "rating": rating, "comment": comment}


def key_of(said: dict[str, Any]) -> Key:
    return Key(said["id"].removeprefix("feedback_"))


def desk(scene: Scene, viewer: Viewer) -> Desk:
    return Desk(scene.api.house.doors, viewer, scene.api.clock.now())


async def test_a_completed_session_is_rated_by_its_mentee_once(scene: Scene) -> None:
    said = await left(scene, comment=f"  {COMMENT}\u200b ")

    again = await scene.api.refused(LEAVE, scene.mentee, input=saying(said["on"], 1))

    assert (said["rating"], said["comment"], said["reply"]) == (5, COMMENT, None)
    assert again == ["ALREADY_EXISTS"]
    assert "LEAVE_FEEDBACK" not in (await scene.look(said["on"], scene.mentee))["viewerCan"]


async def test_ratings_and_comments_out_of_bounds_are_told_together(scene: Scene) -> None:
    booking = await scene.completed()

    for rating, comment in ((0, "too short"), (6, "c" * 2001), (-1, "\u200b" * 20)):
        codes = await scene.api.refused(LEAVE, scene.mentee, input=saying(booking, rating, comment))
        assert codes == ["INVALID", "INVALID"]


async def test_who_may_rate_is_judged_before_what_they_say(scene: Scene) -> None:
    booking = await scene.confirmed()
    asked = saying(booking)

    codes = {
        name: await scene.api.refused(LEAVE, viewer, input=asked)
        for name, viewer in (
            ("mentee", scene.mentee),
            ("mentor", scene.mentor),
            ("admin", scene.admin),
            ("other", scene.other_mentee),
            ("unverified", await given.user(scene.api, verified=False)),
            ("nobody", None),
        )
    }

    assert codes == {
        "mentee": ["WRONG_STATE"],
        "mentor": ["FORBIDDEN"],
        "admin": ["FORBIDDEN"],
        "other": ["NOT_FOUND"],
        "unverified": ["EMAIL_UNVERIFIED"],
        "nobody": ["UNAUTHENTICATED"],
    }


async def test_the_mentor_answers_once_and_nobody_else_does(scene: Scene) -> None:
    said = await left(scene)
    asked = {"feedbackId": said["id"], "reply": "Thank you!"}

    before = {
        name: await scene.api.refused(REPLY, viewer, input=asked)
        for name, viewer in (
            ("mentee", scene.mentee),
            ("other mentor", scene.other_mentor),
            ("admin", scene.admin),
            ("nobody", None),
        )
    }
    replied = await scene.api.do(REPLY, scene.mentor, input=asked)
    again = await scene.api.refused(REPLY, scene.mentor, input=asked)

    assert replied["feedback"]["reply"] == "Thank you!"
    assert again == ["ALREADY_EXISTS"]
    assert before == {
        "mentee": ["FORBIDDEN"],
        "other mentor": ["FORBIDDEN"],
        "admin": ["FORBIDDEN"],
        "nobody": ["UNAUTHENTICATED"],
    }


@pytest.mark.parametrize("reply", [" ", "\u200b", "r" * 2001])
async def test_an_answer_that_cannot_be_read_is_none(scene: Scene, reply: str) -> None:
    said = await left(scene)

    codes = await scene.api.refused(REPLY, scene.mentor, input={"feedbackId": said["id"], "reply": reply})

    assert codes == ["INVALID"]


async def seen(scene: Scene, said: dict[str, Any], viewer: Viewer | None) -> dict[str, Any]:
    variables = {
        "mentor": f"mentor_{scene.mentor.mentor_id}",
        "feedback": said["id"],
        "booking": said["on"],
    }
    answer = await scene.api.ask(SEEN, viewer, **variables)
    assert not answer.errors, answer.errors
    found: dict[str, Any] = answer.data
    return found


async def test_hidden_feedback_leaves_everywhere_at_once_and_comes_back(scene: Scene) -> None:
    said = await left(scene, 2)
    before = await seen(scene, said, scene.mentee)

    await desk(scene, scene.admin).do(feedback.hide, feedback_id=key_of(said), reason="Names a third person")
    hidden = await seen(scene, said, scene.mentee)
    to_admin = await seen(scene, said, scene.admin)
    reply = await scene.api.refused(REPLY, scene.mentor, input={"feedbackId": said["id"], "reply": "Oh"})
    await desk(scene, scene.admin).do(feedback.restore, feedback_id=key_of(said))

    assert before["mentor"]["rating"] == {"average": 2.0, "count": 1, "distribution": [0, 1, 0, 0, 0]}
    assert hidden == {
        "mentor": {
            "rating": {"average": None, "count": 0, "distribution": [0, 0, 0, 0, 0]},
            "feedback": {"totalCount": 0, "nodes": []},
        },
        "node": None,
        "booking": {"feedback": None},
    }
    assert to_admin["node"]["hiddenAt"] is not None
    assert reply == ["NOT_FOUND"]
    assert await seen(scene, said, scene.mentee) == before


@pytest.mark.parametrize("asked", ["id rating comment reply", "id rating comment reply createdAt"])
async def test_hidden_feedback_is_brought_along_with_bookings_for_administrators_alone(
    scene: Scene, asked: str
) -> None:
    said = await left(scene, 2)
    nodes = f"bookings {{ nodes {{ feedback {{ {asked} }} }} }}"

    async def beside_bookings() -> list[Any]:
        answers = [
            (await scene.api.ask(f"{{ viewer {{ {nodes} }} }}", viewer))["viewer"]
            for viewer in (scene.mentee, scene.mentor)
        ]
        answers.append((await scene.api.ask(f"{{ admin {{ {nodes} }} }}", scene.admin))["admin"])
        return [[node["feedback"] for node in answer["bookings"]["nodes"]] for answer in answers]

    shown = await beside_bookings()
    await desk(scene, scene.admin).do(feedback.hide, feedback_id=key_of(said), reason="Names a third person")
    hidden = await beside_bookings()

    assert [[row["id"] for row in rows] for rows in shown] == [[said["id"]]] * 3
    assert hidden == [[None], [None], shown[2]]


async def test_hidden_is_hidden_once(scene: Scene) -> None:
    said = await left(scene)
    work = desk(scene, scene.admin)

    with pytest.raises(WrongState):
        await work.do(feedback.restore, feedback_id=key_of(said))
    await work.do(feedback.hide, feedback_id=key_of(said), reason="Spam")
    with pytest.raises(WrongState):
        await work.do(feedback.hide, feedback_id=key_of(said), reason="Spam")
    with pytest.raises(Forbidden):
        await desk(scene, scene.mentor).do(feedback.hide, feedback_id=key_of(said), reason="Spam")
    with pytest.raises(NotFound):
        await work.do(feedback.hide, feedback_id=new_key(), reason="Spam")


async def test_what_was_hidden_is_still_the_only_feedback_on_its_session(scene: Scene) -> None:
    said = await left(scene)
    await desk(scene, scene.admin).do(feedback.hide, feedback_id=key_of(said), reason="Spam")

    assert await scene.api.refused(LEAVE, scene.mentee, input=saying(said["on"])) == ["ALREADY_EXISTS"]


async def test_few_ratings_weigh_little(scene: Scene) -> None:
    await left(scene, 1)

    assert scene.mentor.mentor_id
    [row] = (await mentors.by_keys(desk(scene, scene.mentor).reader, [scene.mentor.mentor_id])).values()
    assert row.score == pytest.approx((4.0 * 5 + 1) / 6)
