"""The database: its schema, and what it is filled with."""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mentorhub.settings import Settings, read_settings

if TYPE_CHECKING:
    from mentorhub.seeding.platform import Account, Size


def make_ready(settings: Settings) -> None:
    """Brings SQLite to the newest schema; other processes may be using PostgreSQL, so there it is only checked."""
    from mentorhub.db import revisions

    found, needed = revisions.current(settings.database_url), revisions.newest()
    if found == needed:
        return
    if not settings.database_url.startswith("sqlite"):
        raise click.ClickException(
            f"the database is at revision {found or 'none'}, this code needs {needed}; run: mentorhub upgrade"
        )
    from mentorhub.db import migrations

    migrations.upgrade(settings.database_url)


@click.command()
@click.option("--to", default="head", show_default=True, help="The revision to go to.")
def upgrade(to: str) -> None:
    """Bring the database to the newest schema, or back to an older one."""
    from mentorhub.db import migrations, revisions

    url = read_settings().database_url
    found = revisions.current(url)
    if found and to == "base":
        raise click.ClickException("base has no tables: all that is in the database would be lost.")
    if found and to in revisions.before(found):
        migrations.downgrade(url, to=to)
        click.echo(f"The database is back at revision {to}.")
        return
    migrations.upgrade(url, to=to)
    click.echo("The database is up to date.")


@click.command()
@click.option("--mentors", default=200, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--users", default=2_000, show_default=True, type=click.IntRange(2, 10_000_000))
@click.option("--bookings", default=12_000, show_default=True, type=click.IntRange(0, 100_000_000))
@click.option("--seed", default=1, show_default=True, help="The same numbers and seed give the same data.")
def seed(mentors: int, users: int, bookings: int, seed: int) -> None:
    """Fill an empty database with synthetic data."""
    from mentorhub.seeding.platform import Size

    fill(read_settings(), Size(mentors=mentors, users=users, bookings=bookings, seed=seed))


def fill(settings: Settings, size: "Size", accounts: "Sequence[Account]" = ()) -> None:
    """Brings the database to the newest schema and loads synthetic data, with a progress bar."""
    from mentorhub.db import migrations
    from mentorhub.seeding.loading import seed as load

    migrations.upgrade(settings.database_url)
    with click.progressbar(length=size.rows, label="Synthetic data", file=sys.stderr) as bar:
        counts = asyncio.run(load(settings.database_url, size, accounts=accounts, report=bar.update))
        bar.update(max(0, size.rows - bar.pos))
    # On standard output, so that a script can read it while a person sees the bar.
    click.echo(", ".join(f"{count:,} {name}" for name, count in counts.items()) + ".")


@click.command()
def schema() -> None:
    """Print the API's SDL."""
    from mentorhub.schema import sdl

    click.echo(sdl())
