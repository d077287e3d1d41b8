"""The bench plays a corpus through the product, and prints what can be relied on."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from devices.messages import AlarmRaised, Area, Confidence, EntrapmentEnded, EntrapmentFound, Evidence, LiftId
from simulators.bench.detection import Heard, claims_of, explain, list_misses, measure_detection, play
from simulators.cli import app
from simulators.corpus.mixes import MIXES
from simulators.corpus.scoring import Sureness
from simulators.errors import SimulatorError
from tests.unit.simulators.corpus.worlds import drawn

PROMISED = {"recall", "precision", "late_max_s", "lost"}
LIFT, AREA = LiftId("clean-000"), Area("410105")


def found(at: float, confidence: Confidence) -> EntrapmentFound:
    evidence = Evidence(confidence=confidence, reasons=("outside_zone: it stopped",))
    return EntrapmentFound(lift_id=LIFT, area=AREA, since=at, at=at, evidence=evidence)


def ended(at: float) -> EntrapmentEnded:
    return EntrapmentEnded(lift_id=LIFT, area=AREA, at=at, reasons=())


def alarm(at: float, number: int) -> AlarmRaised:
    evidence = Evidence(confidence=Confidence.LIKELY, reasons=())
    return AlarmRaised(lift_id=LIFT, area=AREA, number=number, boot=1, at=at, reported_at=None, evidence=evidence)


def test_there_is_a_row_for_each_mix_and_the_total_adds_them_up() -> None:
    *rows, total = measure_detection(seed=2, lifts=4)
    assert [row["mix"] for row in rows] == [mix.name for mix in MIXES]
    assert all(row.keys() >= PROMISED for row in (*rows, total))
    for key in ("lifts", "messages", "entrapments", "found", "lost", "brief", "mute"):
        assert total[key] == sum(row[key] for row in rows)
    assert total["mix"] == "total"
    assert total["found"] > 20


def test_the_product_finds_nearly_everybody_in_a_clean_world() -> None:
    clean, *_ = measure_detection(seed=2, lifts=4)
    assert clean["recall"] > 0.8
    assert clean["late_p50_s"] <= 2


def test_every_miss_names_its_lift() -> None:
    assert all(line.split()[0] in {"lost", "wrong", "late"} for line in list_misses(seed=2, lifts=4))
    assert all(any(mix.name in line for mix in MIXES) for line in list_misses(seed=2, lifts=4))


def test_a_finding_is_one_claim_as_possible_and_one_as_more_until_it_ends() -> None:
    events: list[EntrapmentFound | EntrapmentEnded] = [
        found(1, Confidence.POSSIBLE),
        found(2, Confidence.LIKELY),
        found(3, Confidence.CONFIRMED),
        ended(4),
        found(5, Confidence.LIKELY),
    ]
    heard = [Heard(at=event.at, arrival=None, events=[event]) for event in events]
    assert [(claim.at, claim.sureness) for claim in claims_of(heard)] == [
        (1, Sureness.POSSIBLE),
        (2, Sureness.LIKELY),
        (5, Sureness.LIKELY),
    ]


def test_a_press_that_is_sent_again_is_one_claim_by_press() -> None:
    heard = [Heard(at=at, arrival=None, events=[alarm(at, number)]) for at, number in ((1, 7), (11, 7), (30, 8))]
    claims = list(claims_of(heard))
    assert [claim.at for claim in claims] == [1, 30]
    assert all(claim.by_press for claim in claims)


def test_time_passes_between_messages() -> None:
    by_time = [moment for moment in play(drawn("clean", lifts=6)) if moment.arrival is None]
    assert any(isinstance(event, EntrapmentFound) for moment in by_time for event in moment.events)


def test_one_lifts_life_is_told_in_order_of_time_with_truth_and_findings() -> None:
    lines = explain(1, "clean-002")
    instants = [float(line.split()[0]) for line in lines]
    assert instants == sorted(instants)
    assert any(" TRUTH " in line for line in lines)
    assert any(" >>> " in line for line in lines)
    assert any("car_position" in line for line in lines)


@pytest.mark.parametrize("name", ["nobody", "clean-999", ""])
def test_a_lift_that_is_in_no_corpus_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(SimulatorError, match="no lift"):
        explain(1, name)


def test_the_command_tells_one_lifts_life_and_refuses_an_unknown_one() -> None:
    told = CliRunner().invoke(app, ["bench", "detection", "--explain", "dark-001"])
    refused = CliRunner().invoke(app, ["bench", "detection", "--explain", "nobody"])
    assert told.exit_code == 0
    assert "building_goes_dark" in told.output
    assert refused.exit_code == 1
    assert refused.output.startswith("error: bench detection: no lift nobody")
