"""Accounts that an operator makes."""

import asyncio
import sys

import click

from mentorhub.cli.database import make_ready
from mentorhub.settings import read_settings


@click.command("create-user")
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
    make_ready(settings)
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
