"""`rescue check`: what is wrong with the service's surroundings, and what to do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from rescue.escalation import FIRE_BRIGADE, Level
from rescue.policies import Policies, Rule
from rescue.policy_file import LIMITS, load_policies
from rescue.settings import Settings


def check(
    settings: Annotated[bool, typer.Option("--settings", help="List every setting, its default and source.")] = False,
    policy: Annotated[bool, typer.Option("--policy", help="List levels and limits, and for which cases.")] = False,
    config: Annotated[Path | None, typer.Option(help="A TOML file with settings.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the embedded parts keep their files [data].")] = None,
) -> None:
    """Say what is wrong with configuration, database, clock, disk, broker, roads, map, webhooks, and what to do."""
    if settings:
        _list_settings()
        return
    if policy:
        list_policies(load_policies(Settings.load(config)))
        return
    from rescue.watch import checks  # half a second that `--settings` need not wait

    given = {} if data_dir is None else {"data_dir": data_dir}
    findings = asyncio.run(checks.check(Settings.load(config, **given)))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.ok else 'FAIL'} {finding.part}: {finding.said}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def list_policies(policies: Policies) -> None:
    """Every level and limit: the centre's, and beside it what each rule makes of it."""
    columns = [policies.centre, *(rule.change(policies.centre) for rule in policies.rules)]
    table = Table(box=None)
    for heading in ("limit", "the centre's", *(_headline(rule) for rule in policies.rules)):
        table.add_column(heading, overflow="fold")
    for name in LIMITS:
        table.add_row(name, *_changes([f"{getattr(policy, name):g}" for policy in columns]))
    for number in range(1, FIRE_BRIGADE + 1):
        table.add_row(f"levels.{number}", *_changes([_describe(policy.level(number)) for policy in columns]))
    Console().print(table)


def _headline(rule: Rule) -> str:
    fits = [f"{name} {', '.join(values)}" for name, values in rule.conditions.items() if values]
    return f"{rule.source}: {'; '.join(fits) or 'every case'}"


def _changes(values: list[str]) -> list[str]:
    return [values[0], *("" if value == values[0] else value for value in values[1:])]


def _describe(level: Level) -> str:
    call = f", called at {level.call}" if level.call else ""
    return f"{level.name} ({level.name_zh}), asks {level.asks}{call}"


def _list_settings() -> None:
    table = Table(box=None)
    for heading in ("setting", "default", "what it is, and where the figure comes from"):
        table.add_column(heading, overflow="fold")
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        table.add_row(f"RESCUE_{name.upper()}", default, field.description)
    Console().print(table)
