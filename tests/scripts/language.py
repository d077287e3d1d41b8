"""The words of the scripts: who there is, what they say, and what is expected of the service.

    lift("A1").alarm(at=1)
    company("K").expects_offer(between=(1, 3))
    clock.forward(minutes=3)
    station("S").expects_offer()
    operator.expects_call_to("119")

Times are seconds of the script, which begins at 0. An expectation with `between` lets time go on until it is met or the
window is over; without, it is about what has happened already. What no script says a word about is demanded of each at
its end: see `ending`.
"""

from __future__ import annotations

from tests.scripts.cases import case
from tests.scripts.companies import company, station
from tests.scripts.lifts import lift
from tests.scripts.people import operator, supervisor
from tests.scripts.playing import stage
from tests.scripts.story import Way

__all__ = ["case", "clock", "company", "lift", "operator", "service", "station", "supervisor"]


class Clock:
    """The one clock of the city."""

    def forward(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Time goes on, and everything that is due on the way happens in its order."""
        self.at(stage().now_s + hours * 3600 + minutes * 60 + seconds)

    def at(self, seconds: float) -> None:
        """The same, until this second of the script."""
        stage().forward_to(seconds)


class Service:
    """The service as a process."""

    def dies(self) -> None:
        """Killed: nothing is left of it but what the database has."""
        stage().tell("the service", Way.REFUSED, "is killed")
        stage().stop_service()

    def comes_back(self) -> None:
        """On the same database; whatever is late happens now."""
        stage().tell("the service", Way.IN, "is back")
        stage().start_service()
        stage().run(stage().house.settle())


clock = Clock()
service = Service()
