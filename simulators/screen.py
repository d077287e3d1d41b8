"""Where the demonstration is shown: a live screen on a terminal, plain lines anywhere else."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import typer
from rich.console import Console
from rich.live import Live

from simulators.summary import Login, Summary, draw_screen, write_banner, write_line


class Screen(Protocol):
    """What the demonstration can show."""

    every_s: float
    """How often it wants a summary."""

    def say(self, line: str) -> None:
        """A step of the preparations, or a last word."""

    def tell(self, line: str) -> None:
        """Something that happened in the city."""

    def show(self, summary: Summary) -> None:
        """How everything stands."""

    def live(self, login: Login, life_factor: float) -> AbstractContextManager[object]:
        """Within it summaries are shown; it begins with what a newcomer must know."""


class PlainScreen:
    """One line after the other, each flushed, as a log wants it."""

    every_s = 10.0

    def __init__(self, *, aside: bool = False) -> None:
        self._aside = aside

    def say(self, line: str) -> None:
        """Printed as it is; aside, on standard error."""
        typer.echo(line, err=self._aside)

    def tell(self, line: str) -> None:
        """Printed as it is."""
        self.say(line)

    def show(self, summary: Summary) -> None:
        """Printed as one line."""
        self.say(write_line(summary))

    def live(self, login: Login, life_factor: float) -> AbstractContextManager[object]:
        """Prints the banner; there is nothing to set up."""
        self.say(write_banner(login, life_factor))
        return nullcontext()


class LiveScreen:
    """A screen that is drawn anew twice a second; events are part of it."""

    every_s = 0.5

    def __init__(self) -> None:
        self._console = Console()
        self._live = Live(console=self._console, auto_refresh=False)

    def say(self, line: str) -> None:
        """Printed above the screen."""
        self._console.print(line, markup=False, highlight=False)

    def tell(self, line: str) -> None:
        """Not printed: the summary brings the last lines."""

    def show(self, summary: Summary) -> None:
        """Drawn over what was shown before."""
        self._live.update(draw_screen(summary), refresh=True)

    def live(self, login: Login, life_factor: float) -> AbstractContextManager[object]:  # noqa: ARG002
        """Takes the terminal, and gives it back; the banner is part of every summary."""
        return self._live


def choose_screen(*, aside: bool = False) -> Screen:
    """A live screen where there is a terminal to draw on; lines aside where standard output is for something else."""
    return LiveScreen() if Console().is_terminal and not aside else PlainScreen(aside=aside)
