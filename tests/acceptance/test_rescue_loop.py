"""The loop from a lift's message to passengers out, as lifts, companies and operators see it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.centre import WITHIN_S, Centre, Company
from tests.acceptance.conftest import open_centre


def rescue_passengers(company: Company, offer: Any) -> None:
    """The crew accepts, goes, arrives and gets them out."""
    status, answer = company.answer(offer, "accept")
    assert status == 200, answer
    go_and_release(company, offer)


def go_and_release(company: Company, offer: Any) -> None:
    """The crew that has accepted goes, arrives and gets them out."""
    for what in ("en_route", "on_scene"):
        status, answer = company.answer(offer, what)
        assert status == 200, answer
    status, answer = company.answer(
        offer, "released", people_released=2, injured=0, cause_code="201", release_method="levelled_door"
    )
    assert status == 200, answer


def test_an_alarm_is_acknowledged_offered_accepted_and_ends_with_passengers_out_and_the_case_closed(
    centre: Centre, contractor: Company
) -> None:
    lift = centre.lift("L1")
    with lift.listening("alarm/ack") as acknowledged, lift.listening("notice") as notices:
        lift.alarm(number=7)
        assert acknowledged.get(timeout=WITHIN_S) == {"number": 7}
        offer = contractor.expect("assignment.offered", "L1")
        assert offer["lift"]["address"] == "1 Jinshui Road"
        assert offer["assignment"]["attempt"] == 1
        rescue_passengers(contractor, offer)
        assert [notices.get(timeout=WITHIN_S)["message"] for _ in range(2)] == ["help_on_the_way", "arrived"]
    case = centre.case("L1", status="released")
    centre.act(case, "confirm_release", reason="spoke to Ms Wang: both are well")
    centre.act(case, "close")
    closed = centre.case("L1", status="closed")
    assert centre.history(closed) == [
        "opened", "offered", "accepted", "en_route", "on_scene", "released", "called_back", "closed",
    ]  # fmt: skip
    contractor.expect("incident.closed", "L1")


def test_an_alarm_is_in_the_list_of_open_cases(centre: Centre) -> None:
    centre.lift("L2").alarm()
    assert centre.case("L2")["evidence"]["confidence"] in ("likely", "confirmed")


def test_a_car_stopped_between_landings_with_somebody_inside_is_offered_without_any_alarm(
    centre: Centre, contractor: Company
) -> None:
    centre.lift("L3").stuck()
    offer = contractor.expect("assignment.offered", "L3")
    case = centre.case("L3")
    assert case["source"] == "iot"
    assert case["evidence"]["reasons"]
    rescue_passengers(contractor, offer)


@pytest.fixture
def hasty_centre(tmp_path: Path) -> Iterator[Centre]:
    """A centre whose first offer of a level may be answered for six seconds, and the next for three."""
    started = open_centre(tmp_path / "data", RESCUE_ACCEPT_WITHIN_S="6", RESCUE_ACCEPT_NEXT_WITHIN_S="3")
    yield started
    started.stop()


def test_unanswered_offers_go_to_the_next_crew_then_to_the_station(hasty_centre: Centre) -> None:
    with closing(Company(hasty_centre, "K")) as contractor, closing(Company(hasty_centre, "S")) as station:
        no_answer_of_the_contractor(hasty_centre, contractor, station)


def no_answer_of_the_contractor(centre: Centre, contractor: Company, station: Company) -> None:
    """Two offers to the contractor go by; the station's crew does the work."""
    centre.lift("L4").alarm()
    first = contractor.expect("assignment.offered", "L4")
    second = contractor.expect("assignment.offered", "L4")
    assert second["assignment"]["crew_id"] != first["assignment"]["crew_id"]
    third = station.expect("assignment.offered", "L4")
    assert third["assignment"]["level"] == 2
    assert contractor.answer(first, "accept")[0] == 409
    go_and_release(station, accept_what_stands(station, "L4", third))


def accept_what_stands(company: Company, lift_id: str, offer: Any) -> Any:
    """The offer that was accepted: this one or, on a machine that stalled meanwhile, one that came after it."""
    for _ in range(5):
        if company.answer(offer, "accept")[0] == 200:
            return offer
        offer = company.expect("assignment.offered", lift_id)
    raise AssertionError("five offers in a row were overdue")


def test_a_declined_offer_goes_to_the_next_crew_at_once(centre: Centre, contractor: Company) -> None:
    centre.lift("L5").alarm()
    first = contractor.expect("assignment.offered", "L5")
    assert contractor.answer(first, "decline", reason="flat tyre")[0] == 200
    second = contractor.expect("assignment.offered", "L5", within_s=10)
    assert second["assignment"]["attempt"] == 2
    rescue_passengers(contractor, second)


def test_a_person_accepts_by_the_signed_link_of_the_offer(centre: Centre, contractor: Company) -> None:
    centre.lift("L6").alarm()
    offer = contractor.expect("assignment.offered", "L6")
    url = offer["respond"]["accept_url"]
    with urllib.request.urlopen(url, timeout=10) as page:
        assert b"<button" in page.read()
    assert centre.case("L6")["assignment"]["status"] == "offered"
    with urllib.request.urlopen(urllib.request.Request(url, method="POST", data=b""), timeout=10) as page:
        assert page.status == 200
    assert centre.case("L6")["assignment"]["status"] == "accepted"


def test_a_passenger_who_phones_joins_the_open_case_of_the_lift(centre: Centre, contractor: Company) -> None:
    call = {"rescue_code": "100007", "source": "phone", "caller": {"name": "Ms Wang", "phone": "13900000000"}}
    status, opened = centre.ask("POST", "/api/v1/incidents", {**call, "people": 1})
    assert status == 201
    status, joined = centre.ask("POST", "/api/v1/incidents", {**call, "people": 3})
    assert (status, joined["id"], joined["people"]) == (200, opened["id"], 3)
    contractor.expect("assignment.offered", "L7")


def test_a_company_cannot_see_or_answer_what_is_offered_to_another(
    centre: Centre, contractor: Company, station: Company
) -> None:
    centre.lift("L8").alarm()
    offer = contractor.expect("assignment.offered", "L8")
    assert station.answer(offer, "accept")[0] == 404
    assert centre.ask("GET", f"/api/v1/incidents/{offer['incident']['id']}", token=station.token)[0] == 404


def test_killed_right_after_the_acknowledgement_the_case_is_there_once_after_the_restart(tmp_path: Path) -> None:
    centre = open_centre(tmp_path / "data")
    with centre.lift("L1").listening("alarm/ack") as acknowledged:
        centre.lift("L1").alarm(number=3)
        assert acknowledged.get(timeout=WITHIN_S) == {"number": 3}
        centre.kill()
    centre.start()
    assert len(centre.cases("L1")) == 1
    with centre.lift("L1").listening("alarm/ack") as acknowledged:
        centre.lift("L1").alarm(number=3)
        assert acknowledged.get(timeout=WITHIN_S) == {"number": 3}
    assert len(centre.cases("L1")) == 1
    centre.stop()
