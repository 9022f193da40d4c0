"""Workers that are killed in the middle of reminding, telling and mailing: nothing is lost, and little said twice."""

import asyncio
import signal
from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Final

from mentorhub.db import accounts
from mentorhub.resolvers.desk import Viewer
from tests.api import MONDAY, Api
from tests.bookings.scene import FIRST, Scene, a_scene
from tests.concurrency.test_killed import EVERY, Cradle

DAY_BEFORE: Final = FIRST - timedelta(hours=24)
GIVEN_UP: Final = timedelta(minutes=11)
"""After which a mail is anybody's again, whose sender has died."""
REMINDED: Final = {"Your session with Ines Duarte is tomorrow": 1}
REMINDED_MENTOR: Final = {
    "Your session with Mika Oyelaran is tomorrow": 1,
    "Your session with Mika Oyelaran has no meeting address": 1,
}
BEGINNINGS: Final = {title[:40] for title in (REMINDED | REMINDED_MENTOR)}
NOTIFICATIONS: Final = "{ viewer { notifications(first: 50) { nodes { kind title } } } }"


async def test_whoever_dies_while_reminding_telling_or_mailing_loses_nothing(
    api: Api, database_url: str, tmp_path: Path
) -> None:
    cradle = await Cradle.at(database_url, tmp_path)
    deaths, doubled = 0, 0
    after = 1
    while True:
        scene = await agreed(api)
        api.clock.instant = DAY_BEFORE

        said = await cradle.work(at=DAY_BEFORE, after=after)

        is_dead = "killed" in said
        assert not is_dead or said["killed"] == signal.SIGKILL
        api.clock.instant += GIVEN_UP
        await until_told(scene)
        await api.run_jobs()
        for viewer, expected in ((scene.mentee, REMINDED), (scene.mentor, REMINDED_MENTOR)):
            assert await notified(api, viewer) == expected, after
            mails = await mailed(api, viewer)
            assert Counter(subject for subject, _ in mails) == expected, after
            assert max(mails.values()) <= 1 + is_dead, after
            doubled += sum(mails.values()) - len(mails)
        if not is_dead:
            break
        deaths += 1
        after += 1 if EVERY else 6
    await cradle.close()

    # As often as a process died between the post's having a mail and its own saying so.
    assert deaths > 3
    assert doubled <= deaths


async def agreed(api: Api) -> Scene:
    """A session that was agreed on long ago, and told of."""
    api.clock.instant = MONDAY
    scene = await a_scene(api, slots=1)
    await scene.confirmed()
    await api.run_jobs()
    return scene


async def until_told(scene: Scene) -> None:
    """Runs the jobs until both have been told: a dead process holds its locks until its database notices."""
    async with asyncio.timeout(30):
        while True:
            await scene.api.run_jobs()
            if await notified(scene.api, scene.mentor) and await mailed(scene.api, scene.mentor):
                return
            await asyncio.sleep(0.05)


async def notified(api: Api, viewer: Viewer) -> dict[str, int]:
    """How often each reminder was told to *viewer*."""
    nodes: list[dict[str, Any]] = (await api.ask(NOTIFICATIONS, viewer))["viewer"]["notifications"]["nodes"]
    return dict(Counter(each["title"] for each in nodes if each["kind"] == "SESSION_REMINDER"))


async def mailed(api: Api, viewer: Viewer) -> Counter[tuple[str, str]]:
    """How often each mail about the session to come has gone to *viewer*, by subject and Message-ID."""
    account = await accounts.get(api.house.doors.database.reader, viewer.user_id)
    assert account is not None
    folder = Path(api.house.settings.mail_url.removeprefix("file:"))
    mails = [message_from_bytes(text, policy=policy.default) for text in about_to_come(folder)]
    return Counter(
        (str(mail["Subject"]), str(mail["Message-ID"])) for mail in mails if account.email == str(mail["To"])
    )


def about_to_come(folder: Path) -> list[bytes]:
    """The mails by which somebody is reminded, as they lie there."""
    texts = [path.read_bytes() for path in folder.glob("*.eml")]
    return [text for text in texts if any(b"Subject: " + said.encode() in text for said in BEGINNINGS)]
