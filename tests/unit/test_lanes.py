"""What waits for the desk: nothing that may open a case is left out, and newer news takes the place of older."""

from __future__ import annotations

import pytest

import rescue.shell.lanes
from devices.faults import Fault
from devices.messages import Area, FaultCleared, FaultRaised, LiftId, LinkChanged, TestCallHeard, TestCallOverdue
from rescue.desk.board import Outcome, Verdict
from rescue.desk.inputs import Input, News
from rescue.shell.lanes import Lane, Lanes, Waiting
from rescue.timeline import MACHINE

AREA = Area("410105")
DONE = Outcome(verdict=Verdict.DONE)


def raised(lift: str = "A1", fault: Fault = Fault.MAINS_LOST, *, is_flapping: bool = False) -> FaultRaised:
    return FaultRaised(
        lift_id=LiftId(lift),
        area=AREA,
        fault=fault,
        raw=None,
        since=0,
        at=0,
        reported_at=None,
        is_flapping=is_flapping,
    )


def cleared(lift: str = "A1", fault: Fault = Fault.MAINS_LOST) -> FaultCleared:
    return FaultCleared(lift_id=LiftId(lift), area=AREA, fault=fault, raw=None, at=0, reported_at=None)


def link(lift: str = "A1", *, online: bool = False, lasted_s: float = 0.0) -> LinkChanged:
    return LinkChanged(lift_id=LiftId(lift), area=AREA, online=online, at=0, reason="", lasted_s=lasted_s)


class Queue:
    """The lanes, and who was told what."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.settled: list[News] = []

    def put(self, *news: News) -> None:
        for said in news:
            self.lanes.put(
                Lane.NEWS,
                Waiting(
                    input_id="I",
                    input=said,
                    actor=MACHINE,
                    settle=lambda _outcome, said=said: self.settled.append(said),  # type: ignore[misc]
                ),
            )

    @property
    def waiting(self) -> list[Input]:
        return [one.input for one in self.lanes.news(100)]

    def decide(self, most: int = 100) -> None:
        for one in self.lanes.news(most):
            self.lanes.done(Lane.NEWS, one)
            one.settle(DONE)


def test_news_is_decided_in_the_order_it_came() -> None:
    queue = Queue()
    said: list[News] = [raised("A1"), link("A2"), raised("A3", Fault.PIT)]
    queue.put(*said)
    queue.decide(2)
    assert queue.settled == said[:2]
    assert queue.waiting == said[2:]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (cleared(), raised()),
        (raised(is_flapping=True), raised(is_flapping=True)),
        (link(online=True), link()),
        (link(), link(lasted_s=3600)),
        (
            TestCallHeard(lift_id=LiftId("A1"), area=AREA, at=0),
            TestCallOverdue(lift_id=LiftId("A1"), area=AREA, at=1, last_at=None),
        ),
    ],
)
def test_newer_news_takes_the_place_of_older_and_both_are_settled_by_it(first: News, then: News) -> None:
    queue = Queue()
    queue.put(first, raised("A2"), then)
    assert queue.waiting == [then, raised("A2")]
    queue.decide()
    assert queue.settled == [first, then, raised("A2")]
    assert queue.lanes.overtaken == 1


@pytest.mark.parametrize("then", [cleared(), raised(is_flapping=True)])
def test_the_first_news_of_a_fault_is_decided_whatever_comes_after_it(then: News) -> None:
    queue = Queue()
    queue.put(raised(), then, cleared())
    assert queue.waiting == [raised(), cleared()]


@pytest.mark.parametrize("other", [cleared("A2"), cleared(fault=Fault.PIT), link()])
def test_news_of_another_lift_or_of_something_else_waits_beside_it(other: News) -> None:
    queue = Queue()
    queue.put(cleared(), other)
    assert queue.waiting == [cleared(), other]


def test_what_is_being_decided_is_not_exchanged_under_the_desks_hands() -> None:
    queue = Queue()
    queue.put(cleared())
    (taken,) = queue.lanes.news(10)
    queue.put(raised())
    assert taken.input == cleared()
    assert queue.waiting == [cleared(), raised()]


def test_too_much_news_leaves_out_what_opens_no_case_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescue.shell.lanes, "NEWS_LIMIT", 2)
    queue = Queue()
    queue.put(link("A1"), link("A2"), link("A3"), raised("A4"))
    assert queue.waiting == [link("A1"), link("A2"), raised("A4")]
    assert (queue.settled, queue.lanes.dropped) == ([link("A3")], 1)
