"""The calendar feed over the wire: who gets it, what is kept of it, and what never is."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from mentorhub.rules.vocabulary import BookingStatus, Role
from tests import rows
from tests.accounts.people import CREATE_TOKEN, PASSWORD, SIGN_IN
from tests.administration.test_users import REINSTATE, SUSPEND
from tests.api import MONDAY
from tests.calendars.reading import events_of
from tests.calendars.test_feed import RESET, URL
from tests.live.service import Live, Person
from tests.system.processes import Client, serving


async def path_of(live: Live, person: Person) -> str:
    answer = await live.ask(person, URL)
    path: str = urlsplit(answer["data"]["viewer"]["calendarUrl"]).path
    return path


async def somebody_booked(live: Live, *, sessions: int = 1) -> Person:
    database = live.house.doors.database
    person = await live.person()
    mentor = await rows.mentor(database, name="Ines Duarte")
    for number in range(sessions):
        start = MONDAY + timedelta(hours=number)
        await rows.booking(
            database,
            mentor,
            start,
            start + timedelta(minutes=30),
            mentee_id=person.key,
            status=BookingStatus.COMPLETED,
        )
    return person


async def test_a_calendar_is_read_by_its_address_alone(live: Live) -> None:
    path = await path_of(live, await somebody_booked(live, sessions=45))

    found = await live.http.get(path)
    head = await live.http.head(path)

    assert found.status_code == head.status_code == 200
    assert found.headers["content-type"] == "text/calendar; charset=utf-8"
    assert found.headers["cache-control"].startswith("private")
    assert found.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in found.headers
    assert len(events_of(found.content)) == 45
    assert head.content == b""


async def test_whoever_has_it_already_gets_304_until_it_changes(live: Live) -> None:
    person = await somebody_booked(live)
    path = await path_of(live, person)
    tag = (await live.http.get(path)).headers["etag"]

    for known in (tag, f'"other", W/{tag}', "*"):
        again = await live.http.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    mentor = await rows.mentor(live.house.doors.database)
    later = MONDAY + timedelta(days=1)
    await rows.booking(
        live.house.doors.database, mentor, later, later + timedelta(hours=1), mentee_id=person.key
    )
    changed = await live.http.get(path, headers={"if-none-match": tag})

    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_an_address_that_holds_no_more_is_answered_as_one_that_never_was(live: Live) -> None:
    person = await somebody_booked(live)
    path = await path_of(live, person)
    await live.ask(person, RESET)

    former = await live.http.get(path)
    never = await live.http.get(f"/calendar/{'A' * 64}.ics")
    elsewhere = await live.http.get("/nowhere/at/all")
    present = await live.http.get(await path_of(live, person))

    def shape(answer: httpx.Response, path: str) -> object:
        headers = {
            name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}
        }
        headers.pop("content-length")
        return answer.status_code, headers, answer.text.replace(path, "…")

    assert former.status_code == 404
    assert shape(former, path) == shape(never, f"/calendar/{'A' * 64}.ics")
    assert shape(former, path) == shape(elsewhere, "/nowhere/at/all")
    assert present.status_code == 200


async def test_a_suspended_owners_calendar_is_not_there_until_they_are_back(live: Live) -> None:
    person = await somebody_booked(live)
    path = await path_of(live, person)
    keeper = await live.person(role=Role.SUPERADMIN)

    await live.ask(keeper, SUSPEND, input={"userId": f"user_{person.key}", "reason": "So."})
    suspended = await live.http.get(path)
    await live.ask(keeper, REINSTATE, input={"userId": f"user_{person.key}"})
    back = await live.http.get(path)

    assert (suspended.status_code, back.status_code) == (404, 200)


async def test_an_access_token_learns_no_secret_that_would_outlive_it(live: Live) -> None:
    person = await live.person()
    made = await live.ask(person, CREATE_TOKEN, input={"name": "all", "scopes": ["READ", "WRITE"]})
    headers = {"authorization": f"Bearer {made['data']['createAccessToken']['secret']}"}

    for query in (URL, RESET):
        answer = (await live.http.post("/graphql", json={"query": query}, headers=headers)).json()
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


async def test_a_calendar_is_only_read(live: Live) -> None:
    path = await path_of(live, await live.person())

    for method in ("POST", "PUT", "DELETE"):
        assert (await live.http.request(method, path)).status_code == 405


async def test_no_log_has_the_secret_whatever_becomes_of_a_request(sqlite_url: str, tmp_path: Path) -> None:
    async with serving(sqlite_url, tmp_path, MENTORHUB_LOG_LEVEL="debug") as service:
        service.run("create-user", "--email", "noor@example.com", "--name", "Noor", text=PASSWORD)
        async with Client(service) as client:
            said = {"email": "noor@example.com", "password": PASSWORD}
            client.token = (await client.do(SIGN_IN, input=said))["token"]
            path = urlsplit((await client.ask(URL))["viewer"]["calendarUrl"]).path
        secret = path.split("/")[2].removesuffix(".ics")
        async with httpx.AsyncClient(base_url=service.url) as http:
            asked = (
                path,
                f"/calendar//{secret}.ics",
                f"/calendar/{secret}",
                f"/Calendar/{secret}.ics",
                f"/{secret}",
            )
            answers = [(await http.get(each)).status_code for each in asked]
            answers.append((await http.post(path)).status_code)
        log = service.said()

    assert answers == [200, 404, 404, 404, 404, 405]
    assert log.count('"page":"calendar"') == 4
    assert secret not in log
