"""The commands of MentorHub."""

import sys
from typing import Any

import click

from mentorhub.cli.accounts import create_user
from mentorhub.cli.copies import backup, restore
from mentorhub.cli.database import schema, seed, upgrade
from mentorhub.cli.doctor import doctor
from mentorhub.cli.serving import demo, serve, work
from mentorhub.settings import SettingsInvalid


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


for command in (serve, work, upgrade, create_user, seed, demo, schema, backup, restore, doctor):
    main.add_command(command)
