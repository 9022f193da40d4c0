"""Notifications as they come, to their reader alone."""

from mentorhub.rules.facts import ActivityKind, Fact
from tests.live.service import Live, Person
from tests.web.serving import eventually

RECEIVED = "subscription ($after: String) { notificationReceived(after: $after) { id kind title cursor } }"


async def warn(live: Live, person: Person) -> None:
    await live.tell(
        Fact(ActivityKind.USER_WARNED, ("User", person.key), user_id=person.key, data={"reason": "Late"})
    )
    await live.run_jobs()


async def test_a_notification_comes_to_its_reader_and_to_nobody_else(live: Live) -> None:
    one, other = await live.person(), await live.person()

    async with live.ear(one, RECEIVED) as ear, live.ear(other, RECEIVED) as silent:
        await warn(live, one)
        heard = await ear.hear()
        assert await ear.is_silent()
        assert await silent.is_silent()

    assert (heard["kind"], heard["title"]) == ("WARNING_ISSUED", "You have been warned")


async def test_a_cursor_gives_the_notifications_that_came_after_it(live: Live) -> None:
    one = await live.person()
    for _ in range(3):
        await warn(live, one)
    await eventually(lambda: bool(live.house.log.place))
    listed = await live.ask(one, "{ viewer { notifications { nodes { id cursor } } } }")
    newest, middle, _ = listed["data"]["viewer"]["notifications"]["nodes"]

    async with live.ear(one, RECEIVED, after=middle["cursor"]) as ear:
        heard = await ear.hear()
        assert await ear.is_silent()

    assert heard["id"] == newest["id"]
    assert heard["cursor"] == newest["cursor"]
