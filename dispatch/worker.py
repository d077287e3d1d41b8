"""A process of its own for the improver, killed when it does not answer in time.

OR-Tools' own limits are not kept while it builds a first solution (google/or-tools#2212, #3263), and a solver that
hangs inside C++ cannot be interrupted from Python. So it works where it can be killed: that costs its improvement,
never the greedy answer that was there before, nor anybody's wait beyond `within_s`. The process is kept warm between
two questions and started anew after it was killed or has died. It ends with its parent.

Must not know what is improved, nor judge the answer: the solver does.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Final

from dispatch.dealing import improve
from dispatch.routes import Rounds, Routes

WITHIN_S: Final = 1.0
START_WITHIN_S: Final = 20.0
READY: Final = "ready"

Work = Callable[[Rounds, Routes], Routes | None]


class Worker:
    """An improver that answers in time or not at all. Use it as a context; one question at a time."""

    def __init__(self, *, within_s: float = WITHIN_S, work: Work = improve) -> None:
        self.kills = 0
        """How often the process had to be killed."""
        self._within_s = within_s
        self._work = work
        self._process: SpawnProcess | None = None
        self._line: Connection | None = None

    def __enter__(self) -> Worker:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        self._end()

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    def improve(self, rounds: Rounds, greedy: Routes) -> Routes | None:
        """Return what the worker makes of it within the time, otherwise None."""
        line = self._line or self._start()
        with suppress(EOFError, OSError):
            line.send((rounds, greedy))
            if line.poll(self._within_s):
                return _routes(line.recv())
        # It hangs, or it has died of this question.
        self.kills += 1
        self._end()
        return None

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._work), name="dispatch-worker", daemon=True)
        self._process.start()
        theirs.close()
        # To load the solver takes longer than to ask it: only the questions are held to their time.
        with suppress(EOFError, OSError):
            if self._line.poll(START_WITHIN_S):
                self._line.recv()
        return self._line

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._line is not None:
            self._line.close()
        self._process = self._line = None


def _routes(answer: Any) -> Routes | None:
    return None if answer is None else tuple(tuple(route) for route in answer)


def _serve(line: Connection, work: Work) -> None:
    """Answer until the parent hangs up; Ctrl-C in its terminal is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line.send(READY)
    with suppress(EOFError, OSError):
        while True:
            line.send(work(*line.recv()))
