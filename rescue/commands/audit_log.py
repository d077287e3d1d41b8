"""`rescue audit`: whether the audit log is as it was written."""

from __future__ import annotations

import typer

from rescue.commands.common import DATA, DataDir, fail, with_store
from rescue.store.audit_log import PostgresAuditLog

audit_log = typer.Typer(help="The audit log.", no_args_is_help=True)


@audit_log.callback()
def about() -> None:
    """What can be asked of the audit log; it is read over HTTP, by auditors."""


@audit_log.command("verify")
def verify(data_dir: DataDir = DATA) -> None:
    """Check every record against the one before it; if one does not fit, name it and exit with 1."""
    broken = with_store(data_dir, lambda store: PostgresAuditLog(store.url, store.pool).find_break())
    if broken is not None:
        fail(f"the audit log was changed: record {broken} does not fit the one before it")
    typer.echo("the audit log is whole")
