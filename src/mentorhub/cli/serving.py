"""The service, the jobs alone, and the demo."""

import asyncio
import socket

import click

from mentorhub.cli.database import fill, make_ready
from mentorhub.settings import Settings, read_settings

_LOOPBACK = "127.0.0.1"


@click.command()
@click.option("--host", default=_LOOPBACK, show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int) -> None:
    """Serve the API; also runs the jobs unless MENTORHUB_JOBS=off."""
    _serve(read_settings(), host=host, port=port, workers=workers)


def _serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    from mentorhub import logs
    from mentorhub.web.server import serve as run

    if settings.database_url.startswith("sqlite") and workers > 1:
        raise click.UsageError(
            "SQLite lets one process write at a time and tells no other what has happened, so one serves it; "
            "for more --workers set MENTORHUB_DATABASE_URL to a PostgreSQL database."
        )
    make_ready(settings)
    _try_to_bind(host, port)
    logs.configure(level=settings.log_level)
    run("mentorhub.app:from_environment", host=host, port=port, workers=workers)


def _try_to_bind(host: str, port: int) -> None:
    """Raises OSError where nobody can listen: uvicorn would make the service first, and say it in its own lines."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except OSError as error:
        msg = f"nobody can listen at {host}:{port}: {error.strerror}"
        raise OSError(msg) from error


@click.command()
def work() -> None:
    """Run only the jobs: mails, and all that goes by the clock."""
    from mentorhub import logs
    from mentorhub.app import work as run_jobs

    settings = read_settings()
    make_ready(settings)
    logs.configure(level=settings.log_level)
    asyncio.run(run_jobs(settings))


@click.command()
@click.option("--host", default=_LOOPBACK, show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
def demo(host: str, port: int) -> None:
    """Serve a small platform with accounts to sign in with."""
    from mentorhub.db import migrations
    from mentorhub.seeding.loading import is_empty
    from mentorhub.seeding.platform import DEMO, Size

    settings = read_settings()
    migrations.upgrade(settings.database_url)
    if asyncio.run(is_empty(settings.database_url)):
        fill(settings, Size(mentors=60, users=600, bookings=3_000), DEMO)
    click.echo(f"\nExplorer  http://{host}:{port}/\nAPI       http://{host}:{port}/graphql\n\nSign in as:")
    for says, account in zip(("a mentee", "a mentor", "an administrator"), DEMO, strict=True):
        click.echo(f"  {says:<17} {account.email:<20} {account.password}")
    click.echo()
    _serve(settings, host=host, port=port, workers=1)
