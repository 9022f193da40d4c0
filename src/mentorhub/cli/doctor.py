"""The doctor: looks at everything that the service needs, and says what is wrong with it."""

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from mentorhub.settings import Settings, read_settings

_PATIENCE: Final = 30.0
_SKEW: Final = 2.0
"""Seconds by which two clocks may differ."""
_SPACE: Final = 512 * 1024 * 1024
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""This code is younger than that."""


class Ailing(Exception):  # noqa: N818  # what the doctor says
    """Something is wrong; the message says what, and what to do."""


@click.command()
def doctor() -> None:
    """Check settings, database, mail, media and clock, and say what is wrong."""
    settings = read_settings()
    ailing = asyncio.run(_look(settings))
    if ailing:
        click.echo(f"{ailing} of {len(CHECKS)} need attention.", err=True)
        sys.exit(1)


async def _look(settings: Settings) -> int:
    ailing = 0
    for name, check in CHECKS.items():
        try:
            async with asyncio.timeout(_PATIENCE):
                mark, says = "ok ", await check(settings)
        except Ailing as fault:
            mark, says = "BAD", str(fault)
        except TimeoutError:
            mark, says = "BAD", f"does not answer within {_PATIENCE:g} seconds"
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is what is wrong
            mark, says = "BAD", str(error).splitlines()[0] if str(error) else type(error).__name__
        ailing += mark == "BAD"
        from mentorhub.logs import without_secrets

        click.echo(f"{mark}  {name:<9} {without_secrets(says)}")
    return ailing


async def _settings(settings: Settings) -> str:
    secret = settings.secret.get_secret_value() if settings.secret else None
    if secret is not None and len(secret) < 32:
        raise Ailing("MENTORHUB_SECRET is shorter than 32 characters")
    if settings.is_loopback:
        return f"for this machine alone ({settings.public_url})"
    if urlsplit(settings.public_url).scheme != "https":
        raise Ailing("MENTORHUB_PUBLIC_URL is not https: sign-in cookies would not be sent")
    if settings.mail_url.startswith(("file:", "console:")):
        raise Ailing("MENTORHUB_MAIL_URL writes mails here: nobody would get any")
    return settings.public_url


async def _database(settings: Settings) -> str:
    from mentorhub.db import facts, revisions
    from mentorhub.db.opening import open_database

    found, needed = await asyncio.to_thread(revisions.current, settings.database_url), revisions.newest()
    if found != needed:
        raise Ailing(f"at revision {found or 'none'}, this code needs {needed}; run: mentorhub upgrade")
    database = await open_database(settings.database_url)
    try:
        await facts.end(database.reader)
    finally:
        await database.close()
    return f"{database.dialect}, revision {found}"


async def _mail(settings: Settings) -> str:
    kind, _, rest = settings.mail_url.partition(":")
    if kind == "file":
        return _writable(Path(rest))
    if kind == "console":
        return "printed"
    from mentorhub.mail import Postponed
    from mentorhub.mail.smtp import SMTP

    host = urlsplit(settings.mail_url).hostname
    try:
        await SMTP(settings.mail_url, in_all=_PATIENCE).greet()
    except Postponed as why:
        raise Ailing(f"{host}: {why}") from why
    return f"{host} answers"


async def _media(settings: Settings) -> str:
    from mentorhub.media import open_media

    kind, _, rest = settings.media_url.partition(":")
    if kind == "file":
        return _writable(Path(rest))
    media = open_media(settings.media_url)
    await media.put("doctor", b"here")
    await media.delete("doctor")
    return settings.media_url


async def _redis(settings: Settings) -> str:
    if settings.redis_url is None:
        return "not used: rate limits are each process's own"
    import redis.asyncio

    client = redis.asyncio.from_url(settings.redis_url, socket_connect_timeout=5)
    try:
        # Typed for clients of both kinds.
        answer: Awaitable[bool] = client.ping()
        await answer
    finally:
        await client.aclose()
    return "answers"


async def _clock(settings: Settings) -> str:
    now = datetime.now(UTC)
    if now < _MADE:
        raise Ailing(f"this machine thinks that it is {now:%Y-%m-%d}")
    if settings.database_url.startswith("sqlite"):
        return f"{now:%Y-%m-%d %H:%M:%S} UTC"
    from mentorhub.db.opening import open_database
    from mentorhub.db.servers import now as now_there

    database = await open_database(settings.database_url)
    try:
        before = datetime.now(UTC)
        there = await now_there(database.reader)
        after = datetime.now(UTC)
    finally:
        await database.close()
    skew = max((before - there).total_seconds(), (there - after).total_seconds(), 0.0)
    if skew > _SKEW:
        raise Ailing(
            f"this machine's and the database's clocks are {skew:.0f} seconds apart; run NTP on both"
        )
    return f"{now:%Y-%m-%d %H:%M:%S} UTC, as the database's"


async def _space(settings: Settings) -> str:
    free = shutil.disk_usage(Path.cwd()).free
    if free < _SPACE:
        raise Ailing(f"only {free // 1024**2} MiB are free where the service keeps its files")
    return f"{free // 1024**3} GiB free"


def _writable(directory: Path) -> str:
    directory.mkdir(parents=True, exist_ok=True)
    if not os.access(directory, os.W_OK | os.X_OK):
        raise Ailing(f"{directory} cannot be written to")
    return str(directory)


CHECKS: Final[dict[str, Callable[[Settings], Awaitable[str]]]] = {
    "settings": _settings,
    "database": _database,
    "mail": _mail,
    "media": _media,
    "redis": _redis,
    "clock": _clock,
    "space": _space,
}
