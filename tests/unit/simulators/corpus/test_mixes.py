"""Each mix does what its name says, and the others do not."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import pairwise

from simulators.corpus.draw import Corpus
from simulators.corpus.network import Arrival
from simulators.corpus.truth import Trouble
from tests.unit.simulators.corpus.worlds import BY_NAME, body, channel, drawn, statuses

CHANNELS_OF_QOS_1 = {"alarm", "fault", "link"}


def names(corpus: Corpus, lift_id: str) -> list[tuple[int, int]]:
    return [(status["boot"], status["seq"]) for _, status in statuses(corpus, lift_id)]


def skew_s(arrival: Arrival) -> float | None:
    ts = body(arrival).get("ts")
    return None if ts is None else datetime.fromisoformat(ts).timestamp() - arrival.sent_at


def missing_share(corpus: Corpus) -> float:
    """Of all messages that count in `seq`."""
    counted = {(one.lift_id, body(one)["boot"], body(one)["seq"]) for one in corpus.arrivals if "seq" in body(one)}
    last = Counter[tuple[str, int]]()
    for lift_id, boot, seq in counted:
        last[lift_id, boot] = max(last[lift_id, boot], seq)
    return 1 - len(counted) / sum(seq + 1 for seq in last.values())


def overtaken(corpus: Corpus) -> int:
    lives = (names(corpus, lift_id) for lift_id in corpus.truths)
    return sum(later < earlier for life in lives for earlier, later in pairwise(life))


def doubled(corpus: Corpus) -> int:
    return len(corpus.arrivals) - len({(one.topic, one.payload, one.sent_at) for one in corpus.arrivals})


def test_a_clean_network_loses_repeats_and_reorders_nothing_and_all_clocks_are_right() -> None:
    corpus = drawn("clean")
    assert missing_share(corpus) == 0
    assert doubled(corpus) == 0
    assert overtaken(corpus) == 0
    assert all(abs(skew_s(one) or 0.0) < 0.01 for one in corpus.arrivals if channel(one) == "status")


def test_a_lossy_network_loses_statuses_repeats_messages_and_lets_them_overtake_each_other() -> None:
    corpus = drawn("lossy", lifts=40)
    assert 0.03 < missing_share(corpus) < 0.2
    assert doubled(corpus) > 100
    assert overtaken(corpus) > 100


def test_alarms_and_faults_are_late_on_a_lossy_network_but_never_lost() -> None:
    lossy = drawn("lossy")
    # The same lives: a building's share of loss is drawn, and lives do not depend on it.
    unharmed = drawn("lossy", network=BY_NAME["clean"].network)
    kept = {(one.topic, one.payload) for one in lossy.arrivals if channel(one) in CHANNELS_OF_QOS_1}
    assert kept == {(one.topic, one.payload) for one in unharmed.arrivals if channel(one) in CHANNELS_OF_QOS_1}
    assert max(one.at - one.sent_at for one in lossy.arrivals if channel(one) == "alarm") > 2


def test_a_lost_link_swallows_statuses_and_keeps_alarms_and_faults_for_later() -> None:
    corpus = drawn("offline")
    wills = [one for one in corpus.arrivals if channel(one) == "link" and not body(one)["online"]]
    assert len(wills) > 12
    assert all(one.at - one.sent_at < 1 for one in wills), "the broker leaves them, whatever the link does"
    assert all(one.at - one.sent_at < 10 for one in corpus.arrivals if channel(one) == "status")
    assert max(one.at - one.sent_at for one in corpus.arrivals if channel(one) == "fault") > 30


def test_lifts_of_one_building_come_back_together() -> None:
    corpus = drawn("offline", lifts=4)
    births = {
        lift_id: {round(one.sent_at) for one in corpus.arrivals if one.lift_id == lift_id and is_birth(one)}
        for lift_id in corpus.truths
    }
    shared = set.intersection(*births.values())
    assert len(shared) >= 2


def is_birth(arrival: Arrival) -> bool:
    return channel(arrival) == "link" and bool(body(arrival)["online"])


def test_skewed_clocks_are_wrong_drifting_jumping_or_dead() -> None:
    corpus = drawn("skewed", lifts=40)
    skews = {lift_id: [skew_s(one) for one, _ in statuses(corpus, lift_id)] for lift_id in corpus.truths}
    dead = [lift_id for lift_id, own in skews.items() if None in own]
    ticking = [[skew for skew in own if skew is not None] for own in skews.values() if None not in own]
    assert dead
    assert all(max(map(abs, own)) > 0.5 for own in ticking)
    assert any(max(own) - min(own) > 60 for own in ticking), "some clock jumps or drifts"


def test_controllers_restart_and_count_anew() -> None:
    def boots(corpus: Corpus) -> int:
        return sum(len({boot for boot, _ in names(corpus, lift_id)}) - 1 for lift_id in corpus.truths)

    assert boots(drawn("restarts")) > 4 * boots(drawn("clean"))


def test_sensors_and_codes_flap() -> None:
    corpus = drawn("flaps", lifts=40)
    troubles = {fault.trouble for truth in corpus.truths.values() for fault in truth.faults}
    assert {Trouble.PRESENCE_FLAPPING, Trouble.PRESENCE_STUCK} <= troubles


def test_in_a_dark_building_every_lift_loses_its_power_about_the_same_time() -> None:
    corpus = drawn("dark", lifts=8)
    since = {
        lift_id: next(fault.since for fault in truth.faults if fault.trouble is Trouble.MAINS_LOST)
        for lift_id, truth in corpus.truths.items()
    }
    first, second = list(since.values())[:4], list(since.values())[4:]
    assert max(first) - min(first) < 120
    assert max(second) - min(second) < 120


def test_everything_has_all_of_it() -> None:
    corpus = drawn("everything", lifts=24)
    assert missing_share(corpus) > 0.03
    assert doubled(corpus) > 100
    assert any(body(one).get("power_status") == "lost" for one in corpus.arrivals if channel(one) == "status")
    assert any("ts" not in body(one) for one in corpus.arrivals if channel(one) == "status")
