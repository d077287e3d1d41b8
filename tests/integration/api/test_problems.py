"""What cannot be met: nonsense, nowhere, too long, too late; each a problem document."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.problem import Ranking
from rescue.desk.board import Board, Outcome, Verdict
from rescue.desk.inputs import Input
from rescue.incident import Incident, IncidentId
from rescue.ports import StoreUnavailable
from rescue.shell.service import DeskBusy
from rescue.timeline import Actor
from tests.integration.api.asking import demand_problem, shares_one_centre
from tests.integration.centre import (
    Centre,
    serve,
)

NONSENSE: list[tuple[str, Any, int, list[str | int] | None]] = [
    ("/incidents", b"{", 400, ["body"]),
    ("/incidents", b"\xff\xfe", 400, ["body"]),
    ("/incidents", b"[" * 60_000, 400, ["body"]),
    ("/incidents", b"[]", 422, ["body"]),
    ("/incidents", b"", 422, ["body", "source"]),
    ("/incidents", {"rescue_code": "100001", "source": "rumour"}, 422, ["body", "source"]),
    ("/incidents", {"source": "phone"}, 422, ["body"]),
    ("/incidents", {"rescue_code": "100001", "lift_id": "L1", "source": "phone"}, 422, ["body"]),
    ("/incidents", {"rescue_code": 100001, "source": "phone"}, 422, ["body", "rescue_code"]),
    ("/incidents", {"rescue_code": "100001", "source": "phone", "people": "2"}, 422, ["body", "people"]),
    ("/incidents", {"rescue_code": "100001", "source": "phone", "people": -1}, 422, ["body", "people"]),
    ("/incidents", {"rescue_code": "100001", "source": "phone", "poeple": 2}, 422, ["body", "poeple"]),
    ("/incidents", {"rescue_code": "100001", "source": "phone", "vulnerable": ["cat"]}, 422, ["body", "vulnerable", 0]),
    ("/incidents", {"rescue_code": "1\x00", "source": "phone"}, 422, ["body", "rescue_code"]),
    ("/incidents", {"rescue_code": "100001", "source": "phone", "note": "x" * 2001}, 422, ["body", "note"]),
    ("/incidents/i/false_alarm", {}, 422, ["body", "reason"]),
    ("/incidents/i/close", {"cause_code": "900"}, 422, ["body", "cause_code"]),
    ("/assignments/a/accept", {}, 422, ["body", "attempt"]),
    ("/assignments/a/accept", {"attempt": 1.5}, 422, ["body", "attempt"]),
]


@pytest.mark.parametrize(("path", "said", "status", "loc"), NONSENSE)
async def test_nonsense_is_refused_with_the_place_where_it_stands(
    quiet: Centre, path: str, said: Any, status: int, loc: list[str | int]
) -> None:
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    problem = demand_problem(await quiet.ask("operator", "POST", f"/api/v1{path}", data), status)
    assert problem["errors"][0]["loc"] == loc
    assert problem["errors"][0]["msg"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=many", "limit"),
        ("cursor=x", "cursor"),
        ("status=lost", "status"),
        ("area=zhengzhou", "area"),
        ("statsu=open", "statsu"),
        ("status=open&status=closed", "status"),
        ("from=yesterday", "from"),
        ("from=2026-03-02T04:00:00", "from"),
        ("to=9999-12-31T23:59:59-14:00", "to"),
        ("area=41010%00", "area"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused_by_name(quiet: Centre, query: str, parameter: str) -> None:
    problem = demand_problem(await quiet.get("operator", f"/incidents?{query}"), 422)
    assert problem["errors"][0]["loc"] == ["query", parameter]


async def test_what_is_nowhere_not_allowed_or_too_long_is_a_problem_too(quiet: Centre) -> None:
    demand_problem(await quiet.ask("nobody", "GET", "/nowhere"), 404)
    demand_problem(await quiet.ask("nobody", "GET", "/static/nowhere.js"), 404)
    demand_problem(await quiet.ask("nobody", "GET", "/static/../index.html"), 404)
    demand_problem(await quiet.get("operator", "/lifts/L1%00"), 404)
    demand_problem(await quiet.get("operator", "/lifts/%FF"), 404)
    demand_problem(await quiet.post("operator", "/incidents/i/applaud"), 404)
    answer = await quiet.ask("operator", "PUT", "/api/v1/incidents", {})
    demand_problem(answer, 405)
    assert set(answer.headers["Allow"].split(",")) == {"GET", "HEAD", "POST"}
    demand_problem(await quiet.ask("operator", "POST", "/api/v1/incidents", b"x" * (64 * 1024 + 1)), 413)


async def test_a_body_that_claims_to_be_packed_and_is_not_is_the_senders_fault(quiet: Centre) -> None:
    answer = await quiet.ask("operator", "POST", "/api/v1/incidents", b"not gzip", headers={"Content-Encoding": "gzip"})
    demand_problem(answer, 400)


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)


def deeper(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner) | st.dictionaries(st.text(max_size=8), inner)


anything = st.recursive(scalars, deeper, max_leaves=8)
intakes = st.fixed_dictionaries(
    {"rescue_code": anything, "source": st.just("phone")},
    optional={"people": anything, "injured": anything, "vulnerable": anything, "note": anything, "caller": anything},
)


@given(said=intakes | anything)
@shares_one_centre
async def test_whatever_is_sent_is_answered_and_never_by_a_fault_of_ours(quiet: Centre, said: Any) -> None:
    answer = await quiet.ask("operator", "POST", "/api/v1/incidents", json.dumps(said).encode())
    assert answer.status in {400, 404, 422}, answer.text


class FixedDesk:
    """A desk that answers every input alike, for seeing how an answer is passed on."""

    def __init__(self, answer: Outcome | Exception, board: Board) -> None:
        self._answer = answer
        self.board = board

    async def submit(self, input: Input, *, actor: Actor, input_id: str | None = None) -> Outcome:  # noqa: A002
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def candidates(self, incident: Incident) -> Ranking:
        return Ranking((), ())


async def told(centre: Centre, desk_says: Outcome | Exception, path: str, said: Any) -> Any:
    """What becomes of the desk's answer on its way out."""
    desk = FixedDesk(desk_says, centre.context.desk.board)
    async with serve(replace(centre.context, desk=desk), centre.store, centre.clock) as other:
        other.tokens = centre.tokens
        return await other.post("operator", path, said)


VERDICTS: dict[Verdict, int] = {
    Verdict.OPENED: 201,
    Verdict.JOINED: 200,
    Verdict.DONE: 200,
    Verdict.NOTHING: 200,
    Verdict.NOT_FOUND: 409,
    Verdict.REFUSED: 409,
    Verdict.STALE: 409,
}


async def test_the_desks_verdict_is_the_answers_status(centre: Centre) -> None:
    case = await centre.open_case("100001")
    assert set(VERDICTS) == set(Verdict)
    for verdict, status in VERDICTS.items():
        outcome = Outcome(verdict=verdict, reason="so it is", incident_id=IncidentId(case["id"]))
        answer = await told(centre, outcome, "/incidents", {"rescue_code": "100002", "source": "phone"})
        if status == 409:
            assert "so it is" in demand_problem(answer, 409)["detail"]
        else:
            assert (answer.status, answer.body["id"]) == (status, case["id"])


async def test_a_busy_desk_and_an_absent_database_ask_to_be_asked_again(quiet: Centre) -> None:
    for error in (DeskBusy("1000 inputs wait"), StoreUnavailable("connection lost")):
        answer = await told(quiet, error, "/incidents", {"rescue_code": "100001", "source": "phone"})
        demand_problem(answer, 503)
        assert answer.headers["Retry-After"] == "1"


async def test_a_fault_of_ours_tells_nothing_of_our_code(quiet: Centre) -> None:
    said = {"rescue_code": "100001", "source": "phone"}
    answer = await told(quiet, RuntimeError("the secret is 42"), "/incidents", said)
    demand_problem(answer, 500)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
