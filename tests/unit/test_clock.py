"""The machine's clock may jump; the service's time does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescue.clock import AT_ONCE_S, PACE, SystemClock

START = 1_772_424_000.0
HOUR = 3600.0


class Machine:
    """A machine whose time goes on, and whose clock people and time servers set."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.wall = START
        self.clock = SystemClock(wall=lambda: self.wall, steady=lambda: self.passed)

    def forward(self, seconds: float) -> None:
        """Time passes."""
        self.passed += seconds
        self.wall += seconds

    def live(self, seconds: int) -> None:
        """Time passes, and the clock follows every second."""
        for _ in range(seconds):
            self.forward(1)
            self.clock.follow()


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_an_hour_more_or_less_on_the_machine_is_not_an_hour_for_the_service(step: float) -> None:
    machine = Machine()
    machine.wall += step
    before = machine.clock.seconds()
    machine.clock.follow()
    assert machine.clock.seconds() == before == START
    assert machine.clock.ahead_s() == step


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_three_minutes_to_answer_are_still_three_minutes_to_within_a_tenth(step: float) -> None:
    machine = Machine()
    machine.wall += step
    machine.live(180)
    assert machine.clock.seconds() - START == pytest.approx(180, rel=PACE)


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_in_the_end_the_service_has_the_machines_time(step: float) -> None:
    machine = Machine()
    machine.wall += step
    machine.live(round(HOUR / PACE) + 1)
    assert machine.clock.ahead_s() == pytest.approx(0, abs=0.1)


def test_a_short_stop_of_the_machine_is_caught_up_at_once() -> None:
    machine = Machine()
    machine.wall += AT_ONCE_S
    assert machine.clock.follow() == pytest.approx(AT_ONCE_S)
    assert machine.clock.ahead_s() == pytest.approx(0)


def test_a_clock_that_nobody_lets_follow_goes_on_steadily() -> None:
    machine = Machine()
    machine.wall -= HOUR
    machine.forward(60)
    assert machine.clock.seconds() == START + 60
    assert machine.clock.now().timestamp() == START + 60


@given(st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(0.01, 100)), max_size=30))
def test_the_time_of_the_service_never_goes_back(steps: list[tuple[float, float]]) -> None:
    machine = Machine()
    last = machine.clock.seconds()
    for step, passes in steps:
        machine.wall += step
        machine.forward(passes)
        machine.clock.follow()
        assert machine.clock.seconds() > last
        last = machine.clock.seconds()
