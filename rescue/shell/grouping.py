"""Alarms that are decided one after the other and committed together: which of them, and on what board.

A commit waits for the disk, so that one an alarm is what bounds a desk on which many wait. What is decided together is
decided as if each had been committed before the next: on a board of its own, to which each decision is applied at once,
and which is thrown away. Must not know what is decided. See docs/adr/0032.

Limit: `ALARMS_AT_ONCE`, each of a lift of its own, so that what was looked up for one is not changed by another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import fields

from devices.messages import AlarmEnded, AlarmRaised, EntrapmentEnded, EntrapmentFound, LiftId
from rescue.desk.board import Board
from rescue.desk.inputs import Input, Intake
from rescue.shell.lanes import Waiting

ALARMS_AT_ONCE = 16
"""The last of them waits for all, and so does whoever comes in the middle: some tenth of a second."""


def those_together(waiting: Iterable[Waiting], most: int) -> Sequence[Waiting]:
    """Of what waits, the first that may be committed together, at most so many."""
    group: list[Waiting] = []
    lifts: set[LiftId] = set()
    for one in waiting:
        lift_id = _lift_of(one.input)
        if lift_id is None or lift_id in lifts or one.is_abandoned() or len(group) >= most:
            break
        group.append(one)
        lifts.add(lift_id)
    return group


def fork(board: Board) -> Board:
    """A board that starts as this one, and may be changed without changing it. The values on it never change."""
    return Board(**{part.name: copy(getattr(board, part.name)) for part in fields(board) if part.init})


def _lift_of(said: Input) -> LiftId | None:
    match said:
        case AlarmRaised() | AlarmEnded() | EntrapmentFound() | EntrapmentEnded() | Intake():
            return said.lift_id
        case _:
            return None
