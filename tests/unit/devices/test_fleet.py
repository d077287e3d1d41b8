from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from devices.faults import Fault
from devices.fleet import SMALLEST_REBUILD, Counts, Fleet, Flooded, LiftView, OwnRules, UnknownLift, WrongArea
from devices.messages import (
    Alarm,
    AlarmEnded,
    AlarmRaised,
    Area,
    Confidence,
    EndOfAlarm,
    EntrapmentFound,
    Event,
    FaultReport,
    LiftId,
    Link,
    LinkChanged,
    Message,
    TestCall,
)
from devices.pictures import Situation
from devices.slot import Rules
from tests.unit.devices.lifts import (
    AREA,
    BETWEEN,
    BUTTON,
    DOOR_OPENING,
    LEVELLED_OPEN,
    LIFT,
    NOON,
    RESTING,
    UNHEARD_OF,
)

ELSEWHERE = Area("410102")
ALARM = Alarm(reported_at=None, boot=1, number=1, button_held_s=5)
RULES = Rules(restart_grace_s=0)


@pytest.fixture
def fleet() -> Fleet:
    fleet = Fleet(RULES)
    fleet.add(LIFT, AREA)
    return fleet


def test_a_registered_lift_is_tracked(fleet: Fleet) -> None:
    assert fleet.observe(AREA, LIFT, BETWEEN, NOON) == ()
    assert fleet.next_deadline() == NOON + 30
    [event] = fleet.expire(NOON + 30)
    assert isinstance(event, EntrapmentFound)
    assert event.lift_id == LIFT


def test_a_lift_nobody_registered_is_refused_with_the_reason(fleet: Fleet) -> None:
    with pytest.raises(UnknownLift, match="lift L2 is not registered"):
        fleet.observe(AREA, LiftId("L2"), RESTING, NOON)
    with pytest.raises(UnknownLift):
        fleet.view(LiftId("L2"), NOON)


def test_an_alarm_of_a_lift_nobody_registered_is_raised_and_nothing_kept(fleet: Fleet) -> None:
    stranger = LiftId("L2")
    [raised] = fleet.observe(ELSEWHERE, stranger, ALARM, NOON)
    assert isinstance(raised, AlarmRaised)
    assert (raised.lift_id, raised.area, raised.number) == (stranger, ELSEWHERE, 1)
    assert raised.evidence.confidence is Confidence.LIKELY
    [ended] = fleet.observe(ELSEWHERE, stranger, EndOfAlarm(reported_at=None, boot=1, number=1), NOON)
    assert isinstance(ended, AlarmEnded)
    assert not fleet.knows(stranger)
    assert fleet.counts(NOON).lifts == 1


@pytest.mark.parametrize(
    "message",
    [
        replace(RESTING, alarm_button=True),
        FaultReport(reported_at=None, boot=1, seq=1, fault=BUTTON, raised=True),
    ],
    ids=["in the status", "as a fault code"],
)
def test_a_button_without_a_number_is_taken_from_a_stranger_too(fleet: Fleet, message: Message) -> None:
    [event] = fleet.observe(AREA, LiftId("L2"), message, NOON)
    assert isinstance(event, EntrapmentFound)


@pytest.mark.parametrize(
    "message",
    [
        RESTING,
        Link(boot=1, online=True),
        FaultReport(reported_at=None, boot=1, seq=1, fault=DOOR_OPENING, raised=True),
        FaultReport(reported_at=None, boot=1, seq=1, fault=BUTTON, raised=False),
    ],
)
def test_a_lift_on_the_topic_of_another_area_is_refused_with_the_reason(fleet: Fleet, message: Message) -> None:
    with pytest.raises(WrongArea, match="lift L1 is registered in area 410105, not in 410102"):
        fleet.observe(ELSEWHERE, LIFT, message, NOON)
    assert fleet.view(LIFT, NOON).online is None


def test_an_alarm_on_the_topic_of_another_area_is_of_the_registered_lift_and_says_where_to_answer(
    fleet: Fleet,
) -> None:
    fleet.observe(AREA, LIFT, BETWEEN, NOON)
    raised, entrapment = fleet.observe(ELSEWHERE, LIFT, ALARM, NOON)
    assert isinstance(raised, AlarmRaised)
    assert isinstance(entrapment, EntrapmentFound)
    assert (raised.area, raised.heard_in) == (AREA, ELSEWHERE)
    assert entrapment.area == AREA


def test_an_alarm_on_its_own_topic_needs_no_other_place_to_answer(fleet: Fleet) -> None:
    [raised] = fleet.observe(AREA, LIFT, ALARM, NOON)
    assert isinstance(raised, AlarmRaised)
    assert raised.heard_in is None


def test_a_lift_moved_to_another_area_keeps_its_state(fleet: Fleet) -> None:
    fleet.observe(AREA, LIFT, BETWEEN, NOON)
    fleet.add(LIFT, ELSEWHERE)
    [event] = fleet.expire(NOON + 30)
    assert isinstance(event, EntrapmentFound)
    assert event.area == ELSEWHERE


def test_a_removed_lift_is_forgotten_with_its_deadlines(fleet: Fleet) -> None:
    fleet.observe(AREA, LIFT, BETWEEN, NOON)
    fleet.remove(LIFT)
    fleet.remove(LIFT)
    assert not fleet.knows(LIFT)
    assert fleet.expire(NOON + 1000) == []
    assert fleet.next_deadline() is None


def test_a_deadline_that_moved_later_is_kept_and_not_lost(fleet: Fleet) -> None:
    for minute in range(5):
        fleet.observe(AREA, LIFT, replace(RESTING, seq=minute), NOON + 60 * minute)
    assert fleet.expire(NOON + 180) == []
    assert fleet.next_deadline() == NOON + 240 + 180
    [event] = fleet.expire(NOON + 240 + 180)
    assert isinstance(event, LinkChanged)
    assert fleet.next_deadline() == NOON + 240 + 180 + 3600
    [event] = fleet.expire(NOON + 240 + 180 + 3600)
    assert isinstance(event, LinkChanged)
    assert event.lasted_s == 3600
    assert fleet.next_deadline() is None


def test_the_deadline_of_an_entrapment_comes_before_that_of_silence(fleet: Fleet) -> None:
    fleet.observe(AREA, LIFT, replace(RESTING, seq=1), NOON)
    assert fleet.next_deadline() == NOON + 180
    fleet.observe(AREA, LIFT, replace(BETWEEN, seq=2), NOON + 10)
    assert fleet.next_deadline() == NOON + 40


def test_one_waking_looks_at_no_more_lifts_than_its_limit() -> None:
    fleet = Fleet(RULES)
    for number in range(10):
        fleet.add(LiftId(f"L{number}"), AREA)
        fleet.observe(AREA, LiftId(f"L{number}"), BETWEEN, NOON)
    batches = [len(fleet.expire(NOON + 30, limit=4)) for _ in range(4)]
    assert batches == [4, 4, 2, 0]


def test_the_heap_stays_bounded_however_often_deadlines_come_and_go(fleet: Fleet) -> None:
    for seq in range(1000):
        now = NOON + 1000 * seq
        fleet.observe(AREA, LIFT, replace(RESTING, seq=2 * seq), now)
        fleet.observe(AREA, LIFT, replace(BETWEEN, seq=2 * seq + 1), now)
        fleet.expire(now)
    assert len(fleet._heap) <= SMALLEST_REBUILD


def test_an_entry_that_no_longer_counts_is_dropped_when_it_comes_up(fleet: Fleet) -> None:
    fleet.observe(AREA, LIFT, replace(RESTING, seq=1), NOON)
    fleet.observe(AREA, LIFT, replace(BETWEEN, seq=2), NOON + 10)
    fleet.expire(NOON + 40)
    assert len(fleet._heap) == 2
    fleet.expire(NOON + 185)
    assert fleet._heap == [(NOON + 190, LIFT)]


def test_while_we_do_not_listen_nobody_is_silent_but_people_stay_trapped(fleet: Fleet) -> None:
    fleet.observe(AREA, LIFT, BETWEEN, NOON)
    fleet.stop_listening()
    events: list[Event] = [event for at in (30, 180, 10_000) for event in fleet.expire(NOON + at)]
    assert [type(event) for event in events] == [EntrapmentFound]
    fleet.resume_listening(NOON + 10_000)
    assert fleet.next_deadline() == NOON + 10_180
    [lost] = fleet.expire(NOON + 10_180)
    assert isinstance(lost, LinkChanged)


def test_a_lift_off_line_before_we_stopped_listening_is_not_lost_again(fleet: Fleet) -> None:
    fleet.observe(AREA, LIFT, RESTING, NOON)
    fleet.expire(NOON + 180)
    fleet.stop_listening()
    fleet.resume_listening(NOON + 200)
    [still] = fleet.expire(NOON + 10_000)
    assert isinstance(still, LinkChanged)
    assert still.lasted_s > 0


def test_the_view_of_a_lift_never_heard(fleet: Fleet) -> None:
    assert fleet.view(LIFT, NOON) == LiftView(
        lift_id=LIFT,
        area=AREA,
        profile=None,
        online=None,
        is_late=False,
        heard_at=None,
        skew_s=None,
        clock_jumps=0,
        status=None,
        seen_at=None,
        age_s=None,
        situation=Situation.UNKNOWN,
        faults=(),
        conditions=(),
        test_call_at=None,
        is_test_overdue=False,
        evidence=None,
        since=None,
        alarm_number=None,
    )


def test_the_view_of_a_lift_that_holds_people(fleet: Fleet) -> None:
    fleet.observe(AREA, LIFT, Link(boot=1, online=True, profile="canonical"), NOON)
    fleet.observe(AREA, LIFT, replace(BETWEEN, faults=(DOOR_OPENING,)), NOON)
    fleet.observe(AREA, LIFT, Alarm(reported_at=None, boot=17, number=4), NOON + 8)
    view = fleet.view(LIFT, NOON + 12.5)
    assert view.evidence is not None
    assert view.evidence.confidence is Confidence.CONFIRMED
    assert (view.since, view.seen_at, view.age_s, view.online) == (NOON, NOON, 12.5, True)
    assert (view.situation, view.heard_at, view.skew_s) == (Situation.BETWEEN_LANDINGS, NOON + 8, 0)
    assert [condition.fault for condition in view.conditions] == [Fault.DOOR_OPENING]
    assert (view.faults, view.alarm_number, view.profile) == ((DOOR_OPENING,), 4, "canonical")
    fleet.observe(AREA, LIFT, EndOfAlarm(reported_at=None, boot=17, number=4), NOON + 20)
    fleet.observe(AREA, LIFT, replace(LEVELLED_OPEN, seq=1), NOON + 20)
    view = fleet.view(LIFT, NOON + 20)
    assert (view.evidence, view.since, view.alarm_number) == (None, None, None)


def test_the_counts_of_a_fleet() -> None:
    fleet = Fleet(RULES)
    for number in range(5):
        fleet.add(LiftId(f"L{number}"), AREA)
    fleet.observe(AREA, LiftId("L0"), BETWEEN, NOON)
    fleet.observe(AREA, LiftId("L1"), RESTING, NOON)
    fleet.observe(AREA, LiftId("L1"), Link(boot=17, online=False), NOON)
    fleet.observe(AREA, LiftId("L2"), replace(RESTING, faults=(DOOR_OPENING, UNHEARD_OF)), NOON)
    fleet.expire(NOON + 60)
    fleet.observe(AREA, LiftId("L3"), TestCall(reported_at=None, boot=1, number=1, battery_ok=True), NOON + 60)
    assert fleet.counts(NOON + 91) == Counts(
        lifts=5, online=3, offline=1, unheard=1, late=2, entrapments=1, faulty=1, unknown_codes=1, never_tested=4
    )


def test_the_fleet_knows_each_lifts_profile(fleet: Fleet) -> None:
    assert fleet.profile_of(LIFT) is None
    assert fleet.profile_of(LiftId("L2")) is None
    fleet.observe(AREA, LIFT, Link(boot=1, online=True, profile="gb24476-2017"), NOON)
    assert fleet.profile_of(LIFT) == "gb24476-2017"


# Rules of a lift's own


def test_how_long_the_signs_must_last_may_be_a_lifts_own() -> None:
    fleet = Fleet(RULES)
    fleet.add(LIFT, AREA, OwnRules(trapped_after_s=60))
    fleet.add(LiftId("L2"), AREA)
    for lift_id in (LIFT, LiftId("L2")):
        fleet.observe(AREA, lift_id, BETWEEN, NOON)
    assert [event.lift_id for event in fleet.expire(NOON + 59)] == ["L2"]
    assert [event.lift_id for event in fleet.expire(NOON + 60)] == [LIFT]


def test_a_lift_registered_again_with_another_wait_is_found_by_that_one(fleet: Fleet) -> None:
    fleet.observe(AREA, LIFT, BETWEEN, NOON)
    fleet.add(LIFT, AREA, OwnRules(trapped_after_s=10))
    fleet.observe(AREA, LIFT, replace(BETWEEN, seq=1), NOON + 5)
    [event] = fleet.expire(NOON + 10)
    assert isinstance(event, EntrapmentFound)
    assert event.since == NOON


def test_a_lift_added_again_without_rules_of_its_own_keeps_those_it_had() -> None:
    fleet = Fleet(RULES)
    fleet.add(LIFT, AREA, OwnRules(trapped_after_s=60))
    fleet.add(LIFT, AREA)
    fleet.observe(AREA, LIFT, BETWEEN, NOON)
    assert fleet.expire(NOON + 59) == []
    assert len(fleet.expire(NOON + 60)) == 1


def test_people_are_found_in_a_lift_that_floods_without_end(fleet: Fleet) -> None:
    events: list[Event] = []
    for second in range(60):
        now = NOON + second
        for beat in range(200):
            with suppress(Flooded):
                events += fleet.observe(AREA, LIFT, replace(BETWEEN, seq=200 * second + beat), now)
        events += fleet.expire(now)
    [entrapment] = [event for event in events if isinstance(event, EntrapmentFound)]
    assert entrapment.at <= NOON + 30 + RULES.flood_window_s


def test_what_was_told_of_people_is_stored_at_once_ahead_of_all_that_may_pass(fleet: Fleet) -> None:
    others = [LiftId(f"L1{n}") for n in range(3)]
    for lift_id in others:
        fleet.add(lift_id, AREA)
    fleet.observe(AREA, LIFT, BETWEEN, NOON)
    assert fleet.take_touched(10, NOON + 4)[0]
    for lift_id in others:
        fleet.observe(AREA, lift_id, BETWEEN, NOON + 29)
    fleet.expire(NOON + 30)
    taken, _ = fleet.take_touched(2, NOON + 30)
    assert [lift_id for lift_id, _ in taken] == [LIFT]


def test_states_that_are_due_are_all_handed_out_though_some_need_not_be_stored(fleet: Fleet) -> None:
    others = [LiftId(f"L1{n}") for n in range(3)]
    for lift_id in others:
        fleet.add(lift_id, AREA)
        fleet.observe(AREA, lift_id, BETWEEN, NOON)
        fleet.observe(AREA, lift_id, replace(RESTING, seq=BETWEEN.seq + 1), NOON + 1)
    fleet.observe(AREA, LIFT, BETWEEN, NOON + 1)
    handed_out, more = [], True
    while more:
        taken, more = fleet.take_touched(2, NOON + 10)
        handed_out += [lift_id for lift_id, _ in taken]
    assert LIFT in handed_out
