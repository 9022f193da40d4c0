"""Announcements: posted, listed, heard and ended."""

import asyncio
from typing import Any

from mentorhub.execution import Engine
from mentorhub.resolvers.desk import Viewer
from tests.api import Api
from tests.given import admin, user

POST = """mutation ($input: PostAnnouncementInput!) {
  postAnnouncement(input: $input) { announcement { id title kind endedAt } userErrors { code field } }
}"""
END = """mutation ($input: EndAnnouncementInput!) {
  endAnnouncement(input: $input) {
    announcement { endedAt } userErrors { code ... on StateError { currentStatus } }
  }
}"""
LIST = """query ($ended: Boolean, $first: Int, $after: String) {
  announcements(includeEnded: $ended, first: $first, after: $after) {
    nodes { id title endedAt } pageInfo { hasNextPage endCursor } totalCount
  }
}"""
HEAR = "subscription { announcementPosted { title } }"


async def posted(api: Api, viewer: Viewer, title: str, **more: Any) -> str:
    news = {"kind": "NEWS", "title": title, "body": "Read on.", **more}
    payload = await api.do(POST, viewer, input=news)
    key: str = payload["announcement"]["id"]
    return key


async def titles(api: Api, **arguments: Any) -> list[str]:
    found = (await api.ask(LIST, None, **arguments))["announcements"]
    return [each["title"] for each in found["nodes"]]


async def test_everybody_reads_what_stands_newest_first(api: Api) -> None:
    herald = await admin(api)
    await posted(api, herald, "First")
    api.clock.forward(minutes=1)
    over = await posted(api, herald, "Second")
    api.clock.forward(minutes=1)
    await posted(api, herald, "Third")

    ended = await api.do(END, herald, input={"announcementId": over})
    again = await api.ask(END, herald, input={"announcementId": over})

    assert ended["announcement"]["endedAt"] == "2026-03-02T09:02:00Z"
    assert again["endAnnouncement"]["userErrors"] == [{"code": "WRONG_STATE", "currentStatus": "ENDED"}]
    assert await titles(api) == ["Third", "First"]
    assert await titles(api, ended=True) == ["Third", "Second", "First"]
    assert await titles(api, ended=True, first=2) == ["Third", "Second"]


async def test_a_cursor_of_what_stands_is_none_of_all(api: Api) -> None:
    herald = await admin(api)
    for title in ("First", "Second"):
        await posted(api, herald, title)
    page = (await api.ask(LIST, first=1))["announcements"]

    foreign = await api.ask(LIST, ended=True, first=1, after=page["pageInfo"]["endCursor"])

    assert page["pageInfo"]["hasNextPage"]
    assert foreign.codes == ["CURSOR_INVALID"]


async def test_only_administrators_post_and_end(api: Api) -> None:
    herald, member = await admin(api), await user(api)
    standing = await posted(api, herald, "Standing")
    news = {"kind": "NEWS", "title": "Mine", "body": "Read on."}

    assert await api.refused(POST, member, input=news) == ["FORBIDDEN"]
    assert await api.refused(END, member, input={"announcementId": standing}) == ["FORBIDDEN"]
    assert await api.refused(END, herald, input={"announcementId": "nothing"}) == ["NOT_FOUND"]


async def test_who_listens_hears_of_it_without_an_account(api: Api) -> None:
    herald = await admin(api)
    engine: Engine = api.engine
    events = await engine.subscribe(engine.prepare(HEAR), None, api.context(None))
    heard = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)

    await posted(api, herald, "Hear, hear")

    result = await asyncio.wait_for(heard, timeout=30)
    assert result.data == {"announcementPosted": {"title": "Hear, hear"}}
