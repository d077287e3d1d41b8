"""What is published of a case, and to whom."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.faults import Fault
from dispatch.crews import CompanyId, Crew, CrewId, Position
from dispatch.problem import Candidate, Ground, Refusal, Term
from rescue.desk.expecting import Expected
from rescue.escalation import Policy
from rescue.incident import FINAL, Kind, Status
from rescue.timeline import Actor, Entry, chain
from rescue.views import (
    CandidateView,
    CrewView,
    IncidentView,
    PageView,
    Reader,
    TimelineEntryView,
    candidate_view,
    crew_view,
    entry_view,
    incident_view,
    mask,
    refusal_view,
)
from tests.unit.a_case import ASSIGNMENT, CALLERS_PHONE, INCIDENT, NOON, OFFICERS_PHONE, UNREGISTERED

POLICY = Policy()


def published(incident: Any = INCIDENT, reader: Reader = Reader.OPERATOR) -> dict[str, Any]:
    view: dict[str, Any] = incident_view(incident, ASSIGNMENT, POLICY, reader=reader).model_dump(mode="json")
    return view


def test_an_incident_has_every_name_of_the_contract() -> None:
    case = published()
    assert case.keys() >= {
        "id", "number", "kind", "status", "version", "level", "evidence", "lift", "area", "source", "opened_at",
        "people", "injured", "vulnerable", "assignment", "clock", "parent_id",
    }  # fmt: skip
    assert case["evidence"].keys() == {"confidence", "reasons"}
    assert case["assignment"].keys() >= {"id", "attempt", "crew_id", "company_id", "status", "eta_s", "accept_by"}
    assert case["clock"].keys() == {"trapped_since", "arrive_by", "accident_at"}


def test_a_lift_has_the_names_of_the_registry_file() -> None:
    assert published()["lift"].keys() >= {
        "lift_id", "rescue_code", "register_code", "area", "address", "building", "entrance", "lon", "lat",
        "company_id", "floors", "place_type", "machine_room", "user_unit", "safety_officer", "safety_officer_phone",
    }  # fmt: skip


def test_instants_are_published_in_utc_with_z_wherever_they_were_noted() -> None:
    shanghai = replace(INCIDENT, opened_at=NOON.astimezone(timezone(timedelta(hours=8))))
    assert published(shanghai)["opened_at"] == "2026-03-02T04:00:00Z"


def test_the_clock_shows_when_a_crew_must_arrive_and_when_the_stay_is_an_accident() -> None:
    assert published()["clock"] == {
        "trapped_since": "2026-03-02T03:58:30Z",
        "arrive_by": "2026-03-02T04:28:30Z",
        "accident_at": "2026-03-02T05:58:30Z",
    }


def test_an_estimate_is_published_in_whole_seconds() -> None:
    assert published()["assignment"]["eta_s"] == 732


def test_a_case_without_an_attempt_has_no_assignment() -> None:
    assert incident_view(INCIDENT, None, POLICY).assignment is None


@pytest.mark.parametrize("reader", Reader)
def test_who_is_to_come_by_the_plan_is_not_shown_to_a_company(reader: Reader) -> None:
    planned = Expected(crew_id=CrewId("c7"), place=2, at=NOON)
    shown = incident_view(INCIDENT, None, POLICY, reader=reader, expected=planned).expected
    assert (shown is None) == (reader is Reader.COMPANY)
    assert shown is None or (shown.crew_id, shown.place, shown.at) == ("c7", 2, NOON)


def test_a_lift_in_no_registry_is_still_named() -> None:
    lift = published(UNREGISTERED)["lift"]
    assert (lift["lift_id"], lift["area"], lift["registered"]) == ("L1", "410105", False)


def test_the_operator_sees_every_number() -> None:
    case = published()
    assert case["caller"] == {"name": "Wang", "phone": CALLERS_PHONE}
    assert case["lift"]["safety_officer_phone"] == OFFICERS_PHONE


@pytest.mark.parametrize("status", Status)
def test_a_company_sees_the_safety_officers_number_until_the_case_is_final_and_never_the_caller(
    status: Status,
) -> None:
    text = json.dumps(published(replace(INCIDENT, status=status), Reader.COMPANY))
    assert (OFFICERS_PHONE in text) == (status not in FINAL)
    assert CALLERS_PHONE not in text
    assert "Wang" not in text


@pytest.mark.parametrize("status", Status)
def test_an_onlooker_sees_no_number_at_all(status: Status) -> None:
    text = json.dumps(published(replace(INCIDENT, status=status), Reader.ONLOOKER))
    assert OFFICERS_PHONE not in text
    assert CALLERS_PHONE not in text


def test_whoever_is_not_named_is_an_onlooker() -> None:
    assert incident_view(INCIDENT, ASSIGNMENT, POLICY) == incident_view(
        INCIDENT, ASSIGNMENT, POLICY, reader=Reader.ONLOOKER
    )


@given(st.text(max_size=30))
def test_a_masked_number_keeps_its_length_and_shows_at_most_two_digits(phone: str) -> None:
    masked = mask(phone)
    assert len(masked) == len(phone)
    assert set(masked[:-2]) <= {"*"}
    assert len(phone) > 4 or set(masked) <= {"*"}


def test_a_reader_can_check_the_hash_of_a_published_entry() -> None:
    first = entry("", seq=1, at=NOON)
    line = entry_view(entry(first.hash, seq=2, at=NOON + timedelta(microseconds=5))).model_dump(mode="json")
    actor = [line["actor"]["kind"], line["actor"]["name"], line["actor"]["channel"]]
    body = [line[name] for name in ("incident_id", "seq", "at", "what")] + [actor]
    body += [line["said"], line["data"], line["previous"]]
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == line["hash"]


def entry(previous: str, *, seq: int, at: datetime) -> Entry:
    return chain(
        incident_id=INCIDENT.incident_id,
        seq=seq,
        at=at,
        what="accepted",
        actor=Actor(kind="company", name="康辉", channel="link"),
        said="Crew K2 accepted",
        data={"attempt": 2, "eta_s": 731.6},
        previous=previous,
    )


def test_a_crew_shows_where_it_is_and_what_keeps_it() -> None:
    crew = Crew(
        crew_id=CrewId("K2"),
        company_id=CompanyId("K"),
        station_id=None,
        name="Crew 2",
        phone="13900000000",
        members=2,
        qualifications=frozenset({"hydraulic", "electric"}),
        on_duty=True,
        position=Position(lon=113.7, lat=34.7),
        positioned_at=None,
    )
    shown = crew_view(crew, {CrewId("K2"): "en route for another case"})
    assert (shown.lon, shown.lat, shown.busy) == (113.7, 34.7, "en route for another case")
    assert shown.qualifications == ["electric", "hydraulic"]
    assert crew_view(crew, {}, shows_phones=False).phone == "*********00"


def test_candidates_are_ranked_and_the_others_say_why_not() -> None:
    candidate = Candidate(
        crew_id=CrewId("K1"),
        eta_s=301.4,
        cost_s=905.25,
        terms=(Term(name="expected arrival", seconds=905.25),),
        reasons=("5 min away",),
    )
    refusal = Refusal(crew_id=CrewId("K2"), ground=Ground.OFF_DUTY, reason="off duty")
    first, last = candidate_view(candidate, 1), refusal_view(refusal)
    assert (first.may_go, first.rank, first.eta_s, first.reasons) == (True, 1, 301, ["5 min away"])
    assert (last.may_go, last.rank, last.ground, last.reasons) == (False, None, "off duty", ["off duty"])


@pytest.mark.parametrize("model", [IncidentView, TimelineEntryView, CrewView, CandidateView])
def test_a_page_of_anything_has_items_and_a_cursor(model: type[Any]) -> None:
    schema = PageView[model].model_json_schema(mode="serialization")  # type: ignore[valid-type]
    assert schema["required"] == ["items", "next"]


# --- cases in which nobody is inside


def test_a_fault_has_reasons_and_no_confidence_and_no_clock_runs() -> None:
    since = NOON - timedelta(minutes=5)
    fault = replace(INCIDENT, kind=Kind.FAULT, fault=Fault.DOOR_CLOSING, conditions={"door_closing": since})
    case = published(fault)
    assert case["evidence"] == {"confidence": None, "reasons": list(INCIDENT.evidence.reasons)}
    assert case["clock"] == {"trapped_since": None, "arrive_by": None, "accident_at": None}
    assert (case["kind"], case["fault"], case["lift"]["lift_id"]) == ("fault", "door_closing", "L1")
    assert case["conditions"] == {"door_closing": "2026-03-02T03:55:00Z"}


def test_a_parent_case_is_about_no_lift_and_says_how_many_it_is_about() -> None:
    parent = replace(
        INCIDENT,
        kind=Kind.POWER_OUTAGE,
        lift_id=None,
        lift=None,
        building="Jinshui Road 1 3",
        affected=40,
        recovered=5,
        children=2,
    )
    case = published(parent)
    assert (case["lift"], case["area"], case["building"]) == (None, "410105", "Jinshui Road 1 3")
    assert (case["affected"], case["recovered"], case["children"]) == (40, 5, 2)
