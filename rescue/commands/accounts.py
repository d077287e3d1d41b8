"""`rescue user` and `rescue token`: who may come in."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dispatch.crews import CompanyId
from rescue.accounts import Accounts, Role, new_password
from rescue.clock import SystemClock
from rescue.commands.common import DATA, DataDir, fail, with_store
from rescue.store.postgres import PostgresStore

users = typer.Typer(help="People's accounts.", no_args_is_help=True)
tokens = typer.Typer(help="Programs' bearer tokens.", no_args_is_help=True)


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="What the person logs in with.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
    data_dir: DataDir = DATA,
) -> None:
    """Create an account; a generated password is the last word printed."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else new_password()
    with_store(data_dir, lambda store: Accounts(store.pool).add_user(name, role, password, now=SystemClock().now()))
    typer.echo(f"{role} {name} created" + ("" if password_stdin else f", password: {password}"))


@tokens.command("add")
def add_token(
    company: Annotated[list[str] | None, typer.Option(help="A company's token; may be repeated.")] = None,
    role: Annotated[Role | None, typer.Option(help="A token with a person's role.")] = None,
    data_dir: DataDir = DATA,
) -> None:
    """Print a new token, once: the last word of each line."""
    if bool(company) == bool(role):
        fail("give either --company ID (it may be repeated) or --role ROLE")
    owners: list[CompanyId | Role] = [role] if role else [CompanyId(id_) for id_ in company or []]

    async def add(store: PostgresStore) -> None:
        for owner in owners:
            typer.echo(f"{owner} token {await Accounts(store.pool).add_token(owner, SystemClock().now())}")

    with_store(data_dir, add)
