"""Alarms that are decided one after the other and committed together: which of them, and on what board.

A commit waits for the disk, so that one an alarm is what bounds a desk on which many wait. What is decided together is
decided as if each had been committed before the next: on a board of its own, to which each decision is applied at once,
and which is thrown away. Must not know what is decided. See docs/adr/0032.

Limit: `ALARMS_AT_ONCE`. Several of one lift may be among them: what was looked up is of cases that were over before,
and nothing that is said here ends a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import fields
from itertools import islice, takewhile

from devices.messages import AlarmEnded, AlarmRaised, EntrapmentEnded, EntrapmentFound
from rescue.desk.board import Board
from rescue.desk.inputs import Intake
from rescue.shell.lanes import Waiting

ALARMS_AT_ONCE = 16
"""The last of them waits for all, and so does whoever comes in the middle: some tenth of a second."""


def those_together(waiting: Iterable[Waiting], most: int) -> Sequence[Waiting]:
    """Of what waits, the first that may be committed together, at most so many."""
    return list(islice(takewhile(_is_alarm, waiting), most))


def fork(board: Board) -> Board:
    """A board that starts as this one, and may be changed without changing it. The values on it never change."""
    return Board(**{part.name: copy(getattr(board, part.name)) for part in fields(board) if part.init})


def _is_alarm(one: Waiting) -> bool:
    """A lift's word, or a person's, of people inside, that somebody still waits for."""
    return isinstance(one.input, _OF_PEOPLE) and not one.is_abandoned()


_OF_PEOPLE = (AlarmRaised, AlarmEnded, EntrapmentFound, EntrapmentEnded, Intake)
