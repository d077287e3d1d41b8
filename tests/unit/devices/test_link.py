"""Do we still hear the lift?"""

from __future__ import annotations

from dataclasses import replace

from devices.messages import LinkChanged
from devices.tracker import Rules
from tests.unit.devices.lifts import AREA, LIFT, NOON, RESTING, Listener

NO_GRACE = Rules(restart_grace_s=0)


def change(online: bool, at: float, reason: str) -> LinkChanged:
    return LinkChanged(lift_id=LIFT, area=AREA, online=online, at=at, reason=reason)


SILENT = "silent: nothing was heard for 180 s"
LOST = "will: the lift's connection was lost"
BACK = "heard: the lift is heard again"


def test_a_lift_is_off_line_after_three_missed_reports() -> None:
    lift = Listener(NO_GRACE)
    lift.sees(RESTING)
    assert lift.waits(179.9) == []
    assert lift.waits(0.1) == [change(False, NOON + 180, SILENT)]
    assert lift.waits(1000) == []


def test_every_report_starts_the_patience_anew() -> None:
    lift = Listener(NO_GRACE)
    for _ in range(10):
        assert lift.sees(RESTING) == []
        assert lift.waits(170) == []


def test_how_much_silence_is_too_much_is_a_rule() -> None:
    lift = Listener(Rules(missed_reports=2, report_period_s=10, restart_grace_s=0))
    lift.sees(RESTING)
    assert lift.waits(19) == []
    assert len(lift.waits(1)) == 1


def test_after_our_restart_a_lift_is_given_more_time_once() -> None:
    lift = Listener(Rules(restart_grace_s=60))
    lift.sees(RESTING)
    assert lift.waits(239.9) == []
    lift.sees(RESTING)
    assert lift.waits(179.9) == []
    assert len(lift.waits(0.1)) == 1


def test_a_lift_that_is_heard_again_is_back_once() -> None:
    lift = Listener(NO_GRACE)
    lift.sees(RESTING)
    lift.waits(200)
    assert lift.sees(RESTING) == [change(True, NOON + 200, BACK)]
    assert lift.sees(RESTING) == []


def test_the_will_of_a_lift_takes_it_off_line_at_once_and_once() -> None:
    lift = Listener()
    lift.hears_birth()
    assert lift.hears_will() == [change(False, NOON, LOST)]
    assert lift.hears_will() == []
    assert lift.waits(1000) == []


def test_a_birth_brings_it_back() -> None:
    lift = Listener()
    lift.hears_birth()
    lift.hears_will()
    assert lift.hears_birth() == [change(True, NOON, BACK)]
    assert lift.hears_birth() == []


def test_a_will_of_an_older_boot_is_ignored() -> None:
    lift = Listener()
    lift.hears_birth(17)
    lift.hears_birth(18)
    assert lift.hears_will(17) == []
    assert lift.slot.online


def test_a_will_older_than_the_lifts_statuses_is_ignored() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, boot=18))
    assert lift.hears_will(17) == []
    assert lift.slot.online


def test_a_lift_never_heard_is_not_lost() -> None:
    lift = Listener()
    assert lift.waits(1000) == []
    assert lift.hears_will() == []
    assert lift.slot.online is False


def test_a_retained_birth_heard_again_does_not_bring_back_a_silent_lift() -> None:
    lift = Listener(NO_GRACE)
    lift.hears_birth()
    assert len(lift.waits(180)) == 1
    assert lift.hears_birth() == []
    assert lift.slot.online is False


def test_a_birth_starts_a_new_boot_so_that_what_came_before_is_late() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, boot=17, seq=900))
    lift.hears_birth(18)
    lift.hears(replace(RESTING, boot=17, seq=901, car_position="9"))
    assert lift.slot.status == replace(RESTING, boot=17, seq=900)
    lift.hears(replace(RESTING, boot=18, seq=1))
    assert lift.slot.status == replace(RESTING, boot=18, seq=1)


def test_the_profile_named_at_birth_is_remembered() -> None:
    lift = Listener()
    lift.hears_birth(17, profile="gb24476-2017")
    lift.hears_birth(18)
    assert lift.slot.profile == "gb24476-2017"


def test_an_alarm_and_a_test_call_are_signs_of_life_the_first_time() -> None:
    lift = Listener(NO_GRACE)
    for number in range(1, 4):
        lift.hears_alarm(number)
        assert lift.waits(170) == []
        lift.hears_end(number)
        assert lift.waits(170) == []
        assert lift.hears_test_call(number) == []
        assert lift.waits(170) == []
    assert lift.hears_test_call(3) == []
    lift.hears_alarm(3)
    assert lift.waits(10) == [change(False, lift.now, SILENT)]
    assert lift.slot.test_call_at == NOON + 3 * 510 - 170
