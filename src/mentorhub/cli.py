"""The commands of MentorHub."""

import sys
from typing import Any, Final

import click

from mentorhub.settings import SettingsInvalid, read_settings

_LOOPBACK: Final = "127.0.0.1"


class Group(click.Group):
    """Commands that fail with one sentence, and never with a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except (SettingsInvalid, OSError, ValueError) as error:
            click.echo(f"mentorhub: {error}", err=True)
            sys.exit(1)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mentorhub")
def main() -> None:
    """MentorHub: the service behind a mentorship platform."""


@main.command()
@click.option("--host", default=_LOOPBACK, show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int) -> None:
    """Serve the API; also runs the jobs unless MENTORHUB_JOBS=off."""
    import uvicorn

    from mentorhub.db import migrations

    settings = read_settings()
    if settings.database_url.startswith("sqlite"):
        if workers > 1:
            raise click.UsageError("SQLite is served by one process; use PostgreSQL for --workers.")
        migrations.upgrade(settings.database_url)
    elif (found := migrations.current(settings.database_url)) != migrations.newest():
        raise click.ClickException(
            f"the database is at revision {found or 'none'}, this code needs {migrations.newest()}; "
            "run: mentorhub upgrade"
        )
    uvicorn.run(
        "mentorhub.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        server_header=False,
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        timeout_graceful_shutdown=10,
    )


@main.command()
@click.option("--to", default="head", show_default=True, help="The revision to go to.")
def upgrade(to: str) -> None:
    """Bring the database to the newest schema."""
    from mentorhub.db import migrations

    migrations.upgrade(read_settings().database_url, to=to)
    click.echo("The database is up to date.")


@main.command()
def schema() -> None:
    """Print the API's SDL."""
    from mentorhub.schema import build_schema

    click.echo(build_schema().as_str())
