"""Who may open a socket, for how long he may stay, and what happens to all of them in the end."""

import asyncio
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from mentorhub.web.limits import Limits
from tests.web.house import CLIENT
from tests.web.serving import Door, eventually, knocking
from tests.web.sockets import talking

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEWS = "subscription { news }"


@pytest.mark.parametrize(
    ("payload", "headers", "name"),
    [
        ({}, {}, None),
        (None, {}, None),
        ({"Authorization": "Bearer anna"}, {}, "anna"),
        ({"authorization": "Bearer anna"}, {}, "anna"),
        ({"AUTHORIZATION": "Bearer anna"}, {"Authorization": "Bearer bert"}, "anna"),
        ({}, {"Authorization": "Bearer bert", "Cookie": "session=carl"}, "bert"),
        ({"authorization": None}, {"Cookie": "session=carl"}, "carl"),
        ({"authorization": "Bearer anna"}, {"Cookie": "session=wrong"}, "anna"),
    ],
)
async def test_a_socket_is_authorised_by_its_first_message_else_its_handshake(
    door: Door, payload: Any, headers: dict[str, str], name: str | None
) -> None:
    async with talking(door, init=False, additional_headers=headers) as talk:
        await talk.say(type="connection_init", payload=payload)
        ack = await talk.hear()
        await talk.subscribe("a", "{ whoami }")

        answer = await talk.hear()

    assert ack == {"type": "connection_ack"}
    assert answer["payload"] == {"data": {"whoami": name}}


@pytest.mark.parametrize(
    ("payload", "headers"),
    [
        ({"Authorization": "Bearer wrong"}, {"Cookie": "session=carl"}),
        ({}, {"Authorization": "Bearer wrong"}),
        ({}, {"Cookie": "session=wrong"}),
    ],
)
async def test_bad_credentials_close_the_socket(door: Door, payload: Any, headers: dict[str, str]) -> None:
    async with talking(door, init=False, additional_headers=headers) as talk:
        await talk.say(type="connection_init", payload=payload)

        assert await talk.closed() == (4403, "This token is not valid.")


async def test_whoever_comes_too_often_is_to_try_again_later(door: Door) -> None:
    async with talking(door, init=False) as talk:
        await talk.say(type="connection_init", payload={"authorization": "Bearer hasty"})

        assert (await talk.closed())[0] == 1013


async def test_a_fault_of_ours_at_the_door_is_logged_and_closes(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    async with talking(door, init=False) as talk:
        await talk.say(type="connection_init", payload={"authorization": "Bearer unlucky"})

        assert await talk.closed() == (1011, "Internal error")
    assert "InnerError" in caplog.text


@pytest.mark.parametrize("origin", [None, CLIENT, "http://127.0.0.1:{port}", "https://127.0.0.1:{port}"])
async def test_pages_of_allowed_origins_and_our_own_get_a_socket(door: Door, origin: str | None) -> None:
    async with talking(door, origin=origin and origin.format(port=door.port)) as talk:
        await talk.subscribe("a", "{ hello }")

        assert (await talk.hear())["type"] == "next"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1", ""])
async def test_pages_of_other_origins_get_none_and_leave_no_line_in_the_log(
    door: Door, origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with talking(door, additional_headers={"Origin": origin}):
            pass

    assert refused.value.response.status_code == 403
    assert b"FORBIDDEN" in (refused.value.response.body or b"")
    assert "handshake" not in caplog.text


async def test_there_are_sockets_at_one_path_only(door: Door) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with talking(door, beyond="/x"):
            pass

    assert refused.value.response.status_code == 404


async def test_one_address_cannot_open_all_sockets_and_gives_back_what_it_closes() -> None:
    async with knocking(Limits(streams_per_address=2)) as door:
        async with talking(door), talking(door):
            with pytest.raises(InvalidStatus) as refused:
                async with talking(door):
                    pass
        await eventually(lambda: door.house.doors.seats.free("127.0.0.1") == 2)
        async with talking(door):
            pass

    assert refused.value.response.status_code == 429
    assert b"RATE_LIMITED" in (refused.value.response.body or b"")


async def test_one_socket_cannot_have_all_subscriptions() -> None:
    async with knocking(Limits(subscriptions_per_socket=2)) as door, talking(door) as talk:
        await talk.subscribe("a", NEWS)
        await talk.subscribe("b", NEWS)
        await talk.subscribe("c", NEWS)
        refused = await talk.hear()
        await talk.say(id="a", type="complete")
        await talk.subscribe("d", "{ hello }")
        welcome = await talk.hear()

    assert (refused["id"], refused["type"]) == ("c", "error")
    assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert (welcome["id"], welcome["type"]) == ("d", "next")


async def test_whoever_may_listen_no_longer_hears_nothing_more_and_is_closed() -> None:
    async with (
        knocking(Limits(recheck_seconds=0.02)) as door,
        talking(door, init=False) as anna,
        talking(door, init=False) as bert,
    ):
        for talk, name in ((anna, "anna"), (bert, "bert")):
            await talk.init(authorization=f"Bearer {name}")
            await talk.subscribe("n", NEWS)
        await door.house.is_running(2)

        door.house.revoked.add("anna")
        end = await anna.closed()
        await door.house.is_running(1)
        door.house.news.put_nowait("for bert")

        assert end == (4403, "You are no longer signed in.")
        assert (await bert.hear())["payload"] == {"data": {"news": "for bert"}}


async def test_what_does_not_want_to_end_says_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    async with knocking(Limits(recheck_seconds=0.02)) as door, talking(door) as talk:
        await talk.subscribe("s", "subscription { stubborn }")
        await door.house.is_running(1)

        door.house.revoked.add(None)

        assert (await talk.closed())[0] == 4403
        await door.house.is_running(0)
    assert not caplog.records


async def test_whoever_knows_of_a_loss_need_not_wait_for_the_next_round() -> None:
    async with knocking(Limits(recheck_seconds=60)) as door, talking(door, init=False) as talk:
        await talk.init(authorization="Bearer anna")
        door.house.revoked.add("anna")

        door.house.doors.watch.look_now()

        assert (await talk.closed())[0] == 4403


async def test_a_check_that_fails_throws_nobody_out(caplog: pytest.LogCaptureFixture) -> None:
    async with knocking(Limits(recheck_seconds=0.02)) as door, talking(door, init=False) as talk:
        await talk.init(authorization="Bearer anna")
        door.house.unsure = True
        await eventually(lambda: len(caplog.records) > 1)
        await talk.say(type="ping")

        assert await talk.hear() == {"type": "pong"}
        door.house.unsure = False
        door.house.revoked.add("anna")
        assert (await talk.closed())[0] == 4403


async def test_whoever_is_silent_is_asked_and_then_closed() -> None:
    limits = Limits(ping_seconds=0.05, silence_seconds=0.2)
    async with knocking(limits) as door, talking(door) as talk:
        pings = [await talk.hear() for _ in range(2)]
        await talk.say(type="pong")
        pings += [await talk.hear() for _ in range(3)]

        assert pings == [{"type": "ping"}] * 5
        assert await talk.closed() == (4408, "Silent too long")


async def test_a_reader_who_takes_nothing_is_given_up() -> None:
    limits = Limits(ping_seconds=0.05, stall_seconds=0.1)
    async with knocking(limits) as door, talking(door, max_queue=1) as talk:
        await talk.subscribe("f", "subscription { flood }")

        await door.house.is_running(1)
        await door.house.is_running(0)

        assert door.house.flooded < 1_000
        talk.connection.transport.abort()


async def test_a_service_that_goes_down_closes_and_completes_nothing_so_that_clients_come_back() -> None:
    async with knocking() as door, talking(door) as talk:
        await talk.subscribe("a", NEWS)
        await talk.subscribe("b", NEWS)
        await door.house.is_running(2)

        await door.house.graphql.close()

        assert await talk.closed() == (1012, "The service restarts")
        await door.house.is_running(0)
        with pytest.raises(InvalidStatus) as refused:
            async with talking(door):
                pass
        assert refused.value.response.status_code == 503


async def test_a_service_that_goes_down_answers_first_what_was_asked() -> None:
    async with knocking() as door, talking(door) as talk:
        await talk.subscribe("a", "{ nextNews }")
        await door.house.is_running(1)

        closing = asyncio.create_task(door.house.graphql.close())
        await talk.say(type="ping")
        told = [await talk.hear()]
        door.house.news.put_nowait("soon")
        told += [await talk.hear(), await talk.hear()]

        assert [each["type"] for each in told] == ["pong", "next", "complete"]
        assert await talk.closed() == (1012, "The service restarts")
        await closing


async def test_a_server_that_stops_says_goodbye_to_its_sockets() -> None:
    async with asyncio.timeout(5):
        async with knocking() as door:
            talk_context = talking(door)
            talk = await talk_context.__aenter__()
            await talk.subscribe("a", NEWS)
            await door.house.is_running(1)
        end = await talk.closed()
        await talk_context.__aexit__(None, None, None)

    assert end == (1012, "The service restarts")
