"""The commands of MentorHub."""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from mentorhub.settings import Settings, SettingsInvalid, read_settings

if TYPE_CHECKING:
    from mentorhub.seeding.platform import Account, Size

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
    _serve(read_settings(), host=host, port=port, workers=workers)


def _serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    import uvicorn

    if settings.database_url.startswith("sqlite") and workers > 1:
        raise click.UsageError("SQLite is served by one process; use PostgreSQL for --workers.")
    _make_ready(settings)
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


def _make_ready(settings: Settings) -> None:
    """Brings SQLite to the newest schema; other processes may be using PostgreSQL, so there it is only checked."""
    from mentorhub.db import migrations

    if settings.database_url.startswith("sqlite"):
        migrations.upgrade(settings.database_url)
    elif (found := migrations.current(settings.database_url)) != migrations.newest():
        raise click.ClickException(
            f"the database is at revision {found or 'none'}, this code needs {migrations.newest()}; "
            "run: mentorhub upgrade"
        )


@main.command()
def work() -> None:
    """Run only the jobs: mails, and all that goes by the clock."""
    from mentorhub.app import work as run_jobs

    settings = read_settings()
    _make_ready(settings)
    asyncio.run(run_jobs(settings))


@main.command("create-user")
@click.option("--email", required=True, help="The address to sign in with; it counts as verified.")
@click.option("--name", required=True, help="What others call them.")
@click.option(
    "--role",
    default="member",
    show_default=True,
    type=click.Choice(["member", "admin", "superadmin"], case_sensitive=False),
)
def create_user(email: str, name: str, role: str) -> None:
    """Make an account; the password is read from standard input."""
    from mentorhub.app import create_user as create
    from mentorhub.rules.refusals import Refusal, Refusals
    from mentorhub.rules.vocabulary import Role

    settings = read_settings()
    _make_ready(settings)
    password = _read_password()
    try:
        asyncio.run(create(settings, name=name, email=email, password=password, role=Role(role.upper())))
    except (Refusal, Refusals) as refused:
        told = refused.refusals if isinstance(refused, Refusals) else (refused,)
        raise click.ClickException(" ".join(refusal.message for refusal in told)) from None
    click.echo(f"{email} can sign in.")


def _read_password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")


@main.command()
@click.option("--to", default="head", show_default=True, help="The revision to go to.")
def upgrade(to: str) -> None:
    """Bring the database to the newest schema."""
    from mentorhub.db import migrations

    migrations.upgrade(read_settings().database_url, to=to)
    click.echo("The database is up to date.")


@main.command()
@click.option("--mentors", default=200, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--users", default=2_000, show_default=True, type=click.IntRange(2, 10_000_000))
@click.option("--bookings", default=12_000, show_default=True, type=click.IntRange(0, 100_000_000))
@click.option("--seed", default=1, show_default=True, help="The same numbers and seed give the same data.")
def seed(mentors: int, users: int, bookings: int, seed: int) -> None:
    """Fill an empty database with synthetic data."""
    from mentorhub.seeding.platform import Size

    _fill(read_settings(), Size(mentors=mentors, users=users, bookings=bookings, seed=seed))


@main.command()
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
        _fill(settings, Size(mentors=60, users=600, bookings=3_000), DEMO)
    click.echo(f"\nExplorer  http://{host}:{port}/\nAPI       http://{host}:{port}/graphql\n\nSign in as:")
    for says, account in zip(("a mentee", "a mentor", "an administrator"), DEMO, strict=True):
        click.echo(f"  {says:<17} {account.email:<20} {account.password}")
    click.echo()
    _serve(settings, host=host, port=port, workers=1)


def _fill(settings: Settings, size: "Size", accounts: "Sequence[Account]" = ()) -> None:
    """Brings the database to the newest schema and loads synthetic data, with a progress bar."""
    from mentorhub.db import migrations
    from mentorhub.seeding.loading import seed as load

    migrations.upgrade(settings.database_url)
    with click.progressbar(length=size.rows, label="Synthetic data", file=sys.stderr) as bar:
        counts = asyncio.run(load(settings.database_url, size, accounts=accounts, report=bar.update))
        bar.update(max(0, size.rows - bar.pos))
    # On standard output, so that a script can read it while a person sees the bar.
    click.echo(", ".join(f"{count:,} {name}" for name, count in counts.items()) + ".")


@main.command()
def schema() -> None:
    """Print the API's SDL."""
    from mentorhub.schema import build_schema

    click.echo(build_schema().as_str())
