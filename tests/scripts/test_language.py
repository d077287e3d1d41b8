"""The language itself: that what should not be is found, and that a failure says what happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devices.mqtt import Receipt
from rescue.sending.webhooks import new_secret
from tests.scripts.ending import demand_clean_end
from tests.scripts.language import case, clock, company, lift, operator, station
from tests.scripts.stage import Stage

FAILED = pytest.fail.Exception


def test_a_failed_expectation_tells_the_whole_story_and_where_the_script_was() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer().declines(reason="at another lift")
    company("K").expects_offer()
    with pytest.raises(FAILED) as failed:
        station("S").expects_offer(between=(50, 60))
    told = [" ".join(line.split()) for line in str(failed.value).splitlines()]
    of_interest = ("0:01", "company K →", "case 1 · declined", "expected", "but")
    assert [line for line in told if line.startswith(of_interest)] == [
        "0:01 lift A1 → alarm 1: the button was held for 4 s",
        "company K → crew K1, attempt 1, declines: at another lift",
        "case 1 · declined: Crew K1 declined: at another lift",
        "expected station S gets an offer of A1 between 0:50 and 1:00",
        "but nothing of the sort",
    ]
    assert any(line.endswith('station("S").expects_offer(between=(50, 60))') for line in told)
    assert any("ahead: comfort_by 6:01" in line or "accept_by 1:01" in line for line in told)


def test_what_comes_before_its_window_is_not_what_was_expected() -> None:
    lift("A1").alarm(at=1)
    with pytest.raises(FAILED, match="it was so at 0:01"):
        company("K").expects_offer(between=(2, 3))
    company("K").expects_offer(between=(1, 1))


def test_time_stops_at_every_deadline_on_its_way() -> None:
    lift("A1").alarm(at=1)
    clock.forward(minutes=4.5)
    company("K").expects_offer(crew="K1", between=(1, 1))
    company("K").expects_offer(crew="K2", between=(181, 181))
    station("S").expects_offer(crew="S1", between=(241, 241))
    case("A1").tells("comfort_missed", between=(61, 61), times=1)


def test_an_offer_or_a_call_that_the_script_does_not_speak_of_fails_it(stage: Stage) -> None:
    operator.takes_call("A1", injured=1)
    with pytest.raises(FAILED, match="no offer but those the script speaks of"):
        demand_clean_end(stage)
    company("K").expects_offer()
    with pytest.raises(FAILED, match="no call to the last level but those"):
        demand_clean_end(stage)
    operator.expects_call_to("119")


def test_whatever_is_told_twice_fails_the_script(stage: Stage) -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer().accepts()
    again = replace(stage.post.letters[-1], id="another")
    stage.post.letters.append(again)
    with pytest.raises(FAILED, match="no company is told the same twice"):
        demand_clean_end(stage)
    stage.post.letters.remove(again)
    stage.told_lifts.append(stage.told_lifts[-1])
    with pytest.raises(FAILED, match="no passenger is told the same twice"):
        demand_clean_end(stage)
    stage.told_lifts.pop()


def test_a_message_that_is_not_acknowledged_fails_the_script(stage: Stage) -> None:
    lift("A1").stands_open(at=1)
    held_back = Receipt(connection=1, packet=0)
    stage.house.unacknowledged.add(held_back)
    with pytest.raises(FAILED, match="every message is acknowledged"):
        demand_clean_end(stage)
    stage.house.unacknowledged.remove(held_back)


def test_a_webhook_under_another_signature_is_not_taken(stage: Stage) -> None:
    stage.post.trust("K", 1, new_secret())
    lift("A1").alarm(at=1)
    station("S").expects_offer(crew="S1", between=(2, 30)).accepts()
    assert not stage.post.of("K")
