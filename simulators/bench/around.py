"""What every bench needs around it: a word on how far it is, and a port."""

from __future__ import annotations

import socket

import typer


def tell(line: str) -> None:
    """Writes a line to standard error, where it cannot be taken for the result."""
    typer.echo(line, err=True)


def find_free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
