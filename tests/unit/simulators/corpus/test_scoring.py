"""Hand-made entrapments and claims: found in time, late, lost, brief, mute, false."""

from __future__ import annotations

import pytest

from simulators.corpus.draw import Corpus
from simulators.corpus.network import Arrival
from simulators.corpus.scoring import Claim, Score, Sureness, score
from simulators.corpus.truth import Entrapment, Kind, Truth

T = 30.0


def heard(at: float, *, shows: bool = False, sent_at: float | None = None) -> Arrival:
    sent_at = at if sent_at is None else sent_at
    return Arrival(at, "lifts/v1/410105/L1/status", b"{}", "L1", sent_at, "a scene", shows, False)


def trapped(since: float, until: float, *, went_on_at: float | None = None, stood_since: float = 0) -> Entrapment:
    return Entrapment(
        lift_id="L1",
        scene="a scene",
        kind=Kind.BETWEEN_LANDINGS,
        people=2,
        since=since,
        stood_since=max(since, stood_since),
        until=until,
        went_on_at=until if went_on_at is None else went_on_at,
        pressed=False,
    )


def claimed(at: float, sureness: Sureness = Sureness.LIKELY, *, by_press: bool = False) -> Claim:
    return Claim(lift_id="L1", at=at, sureness=sureness, by_press=by_press)


def judged(arrivals: list[Arrival], truths: list[Entrapment], *claims: Claim) -> Score:
    corpus = Corpus(
        mix="by hand", area="410105", arrivals=arrivals, truths={"L1": Truth(entrapments=tuple(truths), faults=())}
    )
    return score(corpus, claims, T)


ARRIVALS = [heard(90), heard(101, shows=True, sent_at=100), heard(160, shows=True), heard(401, sent_at=400)]
FROM_100_TO_400 = [trapped(100, 400)]


def test_an_entrapment_found_within_t_of_its_first_sign_is_in_time() -> None:
    (verdict,) = judged(ARRIVALS, FROM_100_TO_400, claimed(131)).verdicts
    assert verdict.is_due
    assert not verdict.is_lost
    assert (verdict.late_s, verdict.late_with_network_s, verdict.found_after_s) == (0, 1, 31)


def test_an_entrapment_found_later_is_late() -> None:
    (verdict,) = judged(ARRIVALS, FROM_100_TO_400, claimed(190)).verdicts
    assert verdict.late_s == 59


def test_an_entrapment_that_nobody_claims_is_lost() -> None:
    (verdict,) = judged(ARRIVALS, FROM_100_TO_400).verdicts
    assert verdict.is_lost


def test_a_lost_message_makes_the_network_late_and_not_the_judging() -> None:
    arrivals = [heard(90), heard(160, shows=True), heard(401, sent_at=400)]
    (verdict,) = judged(arrivals, FROM_100_TO_400, claimed(190)).verdicts
    assert (verdict.late_s, verdict.late_with_network_s) == (0, 60)


def test_a_claim_from_before_that_still_stands_finds_nobody() -> None:
    result = judged(ARRIVALS, FROM_100_TO_400, claimed(50))
    assert result.verdicts[0].is_lost
    assert len(result.wrong) == 1


@pytest.mark.parametrize(("at", "is_right"), [(99.9, False), (100, True), (400.5, True), (401, True), (401.1, False)])
def test_a_claim_is_right_until_the_first_message_after_the_end_has_arrived(at: float, is_right: bool) -> None:
    result = judged(ARRIVALS, FROM_100_TO_400, claimed(at))
    assert bool(result.right) == is_right
    assert bool(result.wrong) != is_right


def test_a_possible_entrapment_counts_as_found_for_somebody_will_ask() -> None:
    (verdict,) = judged(ARRIVALS, FROM_100_TO_400, claimed(131, Sureness.POSSIBLE)).verdicts
    assert not verdict.is_lost


def test_a_press_thought_merely_possible_finds_nobody_and_one_thought_likely_does() -> None:
    (doubted,) = judged(ARRIVALS, FROM_100_TO_400, claimed(120, Sureness.POSSIBLE, by_press=True)).verdicts
    (believed,) = judged(ARRIVALS, FROM_100_TO_400, claimed(120, by_press=True)).verdicts
    assert doubted.is_lost
    assert believed.late_s == -11


@pytest.mark.parametrize(("until", "is_brief"), [(110, True), (132.9, True), (133, False), (200, False)])
def test_an_entrapment_over_before_t_and_two_seconds_is_brief_and_no_miss(until: float, is_brief: bool) -> None:
    arrivals = [heard(101, shows=True, sent_at=100), heard(until + 1, sent_at=until)]
    (verdict,) = judged(arrivals, [trapped(100, until)]).verdicts
    assert verdict.is_brief == is_brief
    assert verdict.is_lost != is_brief


def test_nobody_is_sent_to_a_car_that_has_already_gone_on() -> None:
    arrivals = [heard(100, shows=True), heard(146)]
    (verdict,) = judged(arrivals, [trapped(100, 145, went_on_at=125)]).verdicts
    assert verdict.is_brief


def test_an_entrapment_that_no_message_shows_is_mute_and_no_miss() -> None:
    (verdict,) = judged([heard(90), heard(130), heard(401)], FROM_100_TO_400).verdicts
    assert verdict.is_mute
    assert not verdict.is_lost


def test_where_a_car_ran_on_and_stayed_shut_its_arrival_counts() -> None:
    arrivals = [heard(100, shows=True), heard(125, shows=True), heard(401, sent_at=400)]
    (verdict,) = judged(arrivals, [trapped(100, 400, stood_since=125)], claimed(155)).verdicts
    assert (verdict.late_s, verdict.late_with_network_s) == (0, 0)


def test_two_entrapments_with_no_message_between_them_are_one_to_the_listener() -> None:
    arrivals = [heard(100, shows=True), heard(320, shows=True), heard(500)]
    first, second = judged(arrivals, [trapped(100, 200), trapped(300, 450)], claimed(130)).verdicts
    assert first.found_at == 130
    assert second.found_at == 300


def test_two_entrapments_with_a_message_between_them_are_each_to_be_found() -> None:
    arrivals = [heard(100, shows=True), heard(201), heard(320, shows=True), heard(500)]
    first, second = judged(arrivals, [trapped(100, 200), trapped(300, 450)], claimed(130)).verdicts
    assert not first.is_lost
    assert second.is_lost
