"""`rescue user` and `rescue token`: who may come in. Each change is in the audit log, by the name of who types it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dispatch.crews import CompanyId
from rescue.accounts import LINK_LASTS, Accounts, OfCrew, Role, VendorId, new_password
from rescue.accounts.tokens import Owner
from rescue.clock import SystemClock
from rescue.commands.common import DATA, DataDir, fail, who, with_store
from rescue.store.postgres import PostgresStore
from rescue.timeline import instant

users = typer.Typer(help="People's accounts.", no_args_is_help=True)
tokens = typer.Typer(help="Programs' bearer tokens.", no_args_is_help=True)

UserName = Annotated[str, typer.Argument(help="What the person logs in with.")]
UserRole = Annotated[Role, typer.Option(help="What the person may do.")]
PasswordStdin = Annotated[bool, typer.Option(help="Read the password from standard input.")]


@users.command("add")
def add_user(name: UserName, role: UserRole, password_stdin: PasswordStdin = False, data_dir: DataDir = DATA) -> None:
    """Create an account; a generated password is the last word printed."""
    password = _password(password_stdin)
    with_store(
        data_dir, lambda store: _accounts(store).add_user(name, role, password, now=SystemClock().now(), by=who())
    )
    typer.echo(f"{role} {name} created{_shown(password, password_stdin)}")


@users.command("list")
def list_users(data_dir: DataDir = DATA) -> None:
    """Every account, its role, and how many sessions are open under it."""
    found = with_store(data_dir, lambda store: _accounts(store).list_users(SystemClock().now()))
    rows = [
        (user.name, user.role, _when(user.created_at), _when(user.disabled_at), str(user.sessions)) for user in found
    ]
    _print(("name", "role", "created", "disabled", "sessions"), rows)


@users.command("disable")
def disable_user(name: UserName, data_dir: DataDir = DATA) -> None:
    """Let a person in no more; their sessions and open connections end at once."""
    with_store(data_dir, lambda store: _accounts(store).disable_user(name, SystemClock().now(), by=who()))
    typer.echo(f"{name} disabled")


@users.command("enable")
def enable_user(name: UserName, data_dir: DataDir = DATA) -> None:
    """Let a person in again, with the password they had."""
    with_store(data_dir, lambda store: _accounts(store).enable_user(name, SystemClock().now(), by=who()))
    typer.echo(f"{name} enabled")


@users.command("role")
def change_role(name: UserName, role: UserRole, data_dir: DataDir = DATA) -> None:
    """Give a person another role; it counts from their next request on."""
    with_store(data_dir, lambda store: _accounts(store).change_role(name, role, SystemClock().now(), by=who()))
    typer.echo(f"{name} is {role}")


@users.command("password")
def change_password(name: UserName, password_stdin: PasswordStdin = False, data_dir: DataDir = DATA) -> None:
    """Give a person another password; their sessions end, and a generated one is the last word printed."""
    password = _password(password_stdin)
    with_store(data_dir, lambda store: _accounts(store).change_password(name, password, SystemClock().now(), by=who()))
    typer.echo(f"{name} has another password{_shown(password, password_stdin)}")


@tokens.command("add")
def add_token(
    company: Annotated[list[str] | None, typer.Option(help="A company's token; may be repeated.")] = None,
    vendor: Annotated[str | None, typer.Option(help="A vendor's: reads the lifts whose column vendor says so.")] = None,
    crew: Annotated[str | None, typer.Option(help="A crew's: its own assignments, and nothing else.")] = None,
    role: Annotated[Role | None, typer.Option(help="A token with a person's role.")] = None,
    link: Annotated[
        bool, typer.Option("--link", help="Of a crew or the role wall: it signs one phone or screen in, within a day.")
    ] = False,
    label: Annotated[str, typer.Option(help="What it is for, for the list.")] = "",
    days: Annotated[int | None, typer.Option(help="It expires after so many days.", min=1, max=36_500)] = None,
    data_dir: DataDir = DATA,
) -> None:
    """Print a new token, once: the last word of each line."""
    owners = _owners(company, vendor, crew, role)
    if link and not (crew or role is Role.WALL):
        fail("a link is for --crew ID or --role wall")

    async def add(store: PostgresStore) -> None:
        now = SystemClock().now()
        lasts = timedelta(days=days) if days else LINK_LASTS if link else None
        expires_at = now + lasts if lasts else None
        for owner in owners:
            token = await _accounts(store).add_token(
                owner, now, label=label, expires_at=expires_at, is_link=link, by=who()
            )
            typer.echo(f"{owner} {_way_in(owner) if link else 'token'} {token}")

    with_store(data_dir, add)


@tokens.command("list")
def list_tokens(data_dir: DataDir = DATA) -> None:
    """Every token there ever was, by its id: the tokens themselves are kept nowhere."""
    now = SystemClock().now()
    rows = [
        (
            token.token_id,
            token.owner,
            token.label,
            _when(token.created_at),
            _when(token.last_used_at),
            _when(token.revoked_at or token.expires_at),
            "yes" if token.counts(now) else "no",
        )
        for token in with_store(data_dir, lambda store: _accounts(store).list_tokens())
    ]
    _print(("id", "owner", "for", "created", "last used", "ends", "counts"), rows)


@tokens.command("revoke")
def revoke_token(
    token_id: Annotated[str, typer.Argument(help="Its id, as `rescue token list` shows it.")], data_dir: DataDir = DATA
) -> None:
    """A token counts no more, at once."""
    with_store(data_dir, lambda store: _accounts(store).revoke_token(token_id, SystemClock().now(), by=who()))
    typer.echo(f"token {token_id} revoked")


def _accounts(store: PostgresStore) -> Accounts:
    return Accounts(store.url, store.pool)


def _way_in(owner: Owner) -> str:
    """What to do with a link's token: the page's address ends with it."""
    page = "/crew" if isinstance(owner, OfCrew) else "/wall"
    return f"opens the service's address {page}# followed by"


def _owners(company: list[str] | None, vendor: str | None, crew: str | None, role: Role | None) -> list[Owner]:
    if sum(map(bool, (company, vendor, crew, role))) != 1:
        fail("give one of --company ID (it may be repeated), --vendor NAME, --crew ID and --role ROLE")
    if role:
        return [role]
    if crew:
        return [OfCrew(crew)]
    return [VendorId(vendor)] if vendor else [CompanyId(id_) for id_ in company or []]


def _password(from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\n") if from_stdin else new_password()


def _shown(password: str, from_stdin: bool) -> str:
    return "" if from_stdin else f", password: {password}"


def _when(at: Any) -> str:
    return instant(at)[:16].replace("T", " ") if at else ""


def _print(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(box=None)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(markup=False).print(table)
