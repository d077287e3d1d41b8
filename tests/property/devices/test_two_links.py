"""An alarm and its lift's statuses come by two links, in any order between them: the case is the same.

But for how sure it is: an alarm that overtakes a status with open doors is doubted as if they had opened after it, and
is `likely` instead of `confirmed`. Nobody waits longer for a crew by that.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from devices.fleet import Fleet
from devices.messages import (
    Alarm,
    AlarmRaised,
    Confidence,
    Event,
    LiftId,
    Link,
    LinkChanged,
    Message,
    PowerStatus,
    Status,
)
from devices.slot import Rules
from rescue.incident import Incident
from tests.unit.desk.play import Play
from tests.unit.devices.lifts import AREA, BETWEEN, LEVELLED_OPEN, LIFT, NOON, RESTING, RUNNING

RULES = Rules(restart_grace_s=0)
DARK = replace(BETWEEN, power_status=PowerStatus.LOST)
RIDE = tuple(replace(said, seq=seq) for seq, said in enumerate((RESTING, LEVELLED_OPEN, RUNNING, DARK), start=1))
BIRTH = Link(boot=17, online=True)
CALL = Alarm(reported_at=NOON, boot=17, number=1, button_held_s=5.0)
WILL = Link(boot=17, online=False)

turns = st.lists(st.booleans(), min_size=8, max_size=8)
"""Whose turn it is: the alarms' link, where it has anything left to say."""


def interleaved(alarms: list[Message], statuses: list[Status], of_alarms: list[bool]) -> list[Message]:
    """All of both, each link's in its own order."""
    said, left, others = list[Message](), list(alarms), list[Message](statuses)
    for is_alarms in of_alarms:
        queue = left if is_alarms else others
        if queue:
            said.append(queue.pop(0))
    return [*said, *left, *others]


def heard(said: list[Message]) -> tuple[Fleet, list[Event]]:
    """All within a moment, and then all that follows from half an hour of silence."""
    fleet = Fleet(RULES)
    fleet.add(LIFT, AREA)
    events = [event for one in said for event in fleet.observe(AREA, LIFT, one, NOON)]
    while (by := fleet.next_deadline()) is not None and by <= NOON + 1800:
        events += fleet.expire(by)
    return fleet, events


def case_of(events: list[Event]) -> Incident:
    play = Play()
    for event in events:
        play.tell(replace(event, lift_id=LiftId("A1")))
    case = play.case_of("A1")
    assert case is not None
    return case


def summary(case: Incident) -> tuple[object, ...]:
    alarms = [(one.boot, one.number) for one in case.alarms]
    is_sure = case.evidence.confidence in (Confidence.LIKELY, Confidence.CONFIRMED)
    return case.kind, case.status, is_sure, case.trapped_since, alarms, sorted(case.conditions)


def test_an_alarm_that_overtakes_only_what_shows_the_people_trapped_makes_them_as_sure() -> None:
    for ahead in range(3):
        said: list[Message] = [BIRTH, *RIDE[: 4 - ahead], CALL, *RIDE[4 - ahead :]]
        assert case_of(heard(said)[1]).evidence.confidence is Confidence.CONFIRMED


IN_ORDER = summary(case_of(heard([BIRTH, *RIDE, CALL])[1]))


@given(turns)
def test_an_alarm_and_its_lifts_statuses_make_the_same_case_in_any_order(of_alarms: list[bool]) -> None:
    _, events = heard(interleaved([BIRTH, CALL], list(RIDE), of_alarms))
    assert sum(isinstance(event, AlarmRaised) for event in events) == 1
    assert summary(case_of(events)) == IN_ORDER


@given(turns)
def test_a_will_that_overtakes_the_last_statuses_delays_that_the_lift_is_lost_and_changes_no_case(
    of_alarms: list[bool],
) -> None:
    fleet, events = heard(interleaved([BIRTH, CALL, WILL], list(RIDE), of_alarms))
    told = [event for event in events if isinstance(event, LinkChanged)]
    assert [event.online for event in told] == [False]
    assert told[0].at - NOON <= RULES.missed_reports * RULES.report_period_s + RULES.link_grace_s
    assert fleet.view(LIFT, NOON + 1800).online is False
    assert summary(case_of([event for event in events if event not in told])) == IN_ORDER
