"""The contract of rescue.ports.Store, on every store there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.messages import LiftId
from dispatch.crews import CompanyId
from rescue.desk.board import Board, Decision
from rescue.holds import EscalationHeld, Held, Left, Shelved, Undoable
from rescue.incident import (
    AlarmLedger,
    Assignment,
    AssignmentId,
    AssignmentStatus,
    Deadline,
    Incident,
    IncidentId,
    Kind,
    Member,
    Status,
)
from rescue.ports import Carried, Commit, Delivery, Downlink, Outgoing, Registry, Store, Wanted
from rescue.store.memory import Endpoint
from rescue.timeline import first_break
from tests.contract import cases
from tests.contract.cases import (
    ANKANG,
    BEIHAI,
    CREW,
    ERQI,
    NOON,
    assignment,
    decision,
    entry,
    history,
    incident,
    later,
    member,
    offer,
    parent,
    to_company,
    to_lift,
)
from tests.contract.stores import AnyStore, Subject

LEDGER = AlarmLedger(lift_id=LiftId("L1"), number=7, boot=3, seen_at=NOON)
on_each_store = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def test_what_operators_settled_is_read_as_it_was_written(store: AnyStore) -> None:
    case = replace(
        incident("i1", 1),
        held=Held(
            action=Undoable.ASSIGN,
            by="zhang",
            at=NOON,
            until=later(8),
            reason="nearer",
            crew_id=CREW.crew_id,
            redirect=True,
        ),
        escalation_held=EscalationHeld(by="li", reason="they come", since=NOON, until=later(60), engage_by=later(300)),
        left=Left(by="zhang", note="the owner has the key", at=NOON),
        shelved=Shelved(by="zhang", reason="tonight", at=NOON, until=later(3600)),
        deadlines={Deadline.CARRY_OUT_BY: later(8)},
    )
    await store.load_board()
    await store.commit(decision(incidents=[case]), [], NOON)
    assert await store.find_incident(case.incident_id) == case
    assert (await store.read_board()).incidents == {case.incident_id: case}
    assert (await store.read_board()).next_deadline() == later(8)


def test_each_store_is_what_the_ports_ask_for(store: AnyStore) -> None:
    ports: tuple[Store, Registry] = (store, store)
    assert ports


# --- the board


async def test_the_board_of_a_new_centre_is_empty_and_its_first_case_has_number_one(store: AnyStore) -> None:
    assert await store.load_board() == Board(next_number=1)


async def test_an_open_case_comes_back_with_its_attempts_ledgers_crews_and_companies(store: AnyStore) -> None:
    case = incident("i1", 5)
    declined = assignment(case, 1, status=AssignmentStatus.DECLINED)
    offered = assignment(case, 2, crew_id="c2")
    await store.load_board()
    await store.put_companies([ANKANG])
    await store.put_crews([CREW])
    await commit(store, decision(incidents=[case], assignments=[declined, offered], ledgers=[LEDGER]))

    assert await store.load_board() == Board(
        incidents={case.incident_id: case},
        assignments={declined.assignment_id: declined, offered.assignment_id: offered},
        ledgers={LEDGER.lift_id: LEDGER},
        crews={CREW.crew_id: CREW},
        companies={ANKANG.company_id: ANKANG},
        next_number=6,
    )


async def test_a_finished_case_leaves_the_board_and_its_number_is_not_given_again(store: AnyStore) -> None:
    case = incident("i1", 5)
    asked = assignment(case)
    await store.load_board()
    await commit(store, decision(incidents=[case], assignments=[asked], ledgers=[LEDGER]))
    closed = replace(case, status=Status.CLOSED, version=2)
    ended = replace(asked, status=AssignmentStatus.RELEASED)
    await commit(store, decision(incidents=[closed], assignments=[ended]))

    assert await store.load_board() == Board(ledgers={LEDGER.lift_id: LEDGER}, next_number=6)
    assert await store.find_incident(case.incident_id) == closed
    assert await store.assignments_of(case.incident_id) == [ended]


async def test_what_each_crew_finished_last_is_known_after_its_case_is_over(store: AnyStore) -> None:
    case, newer = incident("i1", 1, status=Status.CLOSED), incident("i2", 2)
    at_ten, at_eleven = (datetime.now(UTC) - timedelta(hours=hours) for hours in (2, 1))
    earlier, last = (
        replace(assignment(one, status=AssignmentStatus.RELEASED), offered_at=at, on_scene_at=at, ended_at=at)
        for one, at in ((newer, at_ten), (case, at_eleven))
    )
    await store.load_board()
    await commit(store, decision(incidents=[case, newer], assignments=[earlier, last]))

    assert (await store.load_board()).worked == {CREW.crew_id: last}


async def test_a_newer_value_replaces_the_older(store: AnyStore) -> None:
    case, newer = incident("i1", 1), incident("i1", 1, status=Status.ON_SCENE)
    await store.load_board()
    await commit(store, decision(incidents=[case], ledgers=[LEDGER]))
    ended = replace(LEDGER, ended_number=7, reported_at=1772366400.25)
    await commit(store, decision(incidents=[newer], ledgers=[ended]))

    board = await store.load_board()
    assert (board.incidents[case.incident_id], board.ledgers[LEDGER.lift_id]) == (newer, ended)


async def test_an_outage_comes_back_with_its_lifts_those_that_have_recovered_too(store: AnyStore) -> None:
    outage, over = parent("p1", 1), parent("p2", 2, status=Status.CLOSED)
    dark, lit = member(outage, "L1"), member(outage, "L2", left_at=later(60))
    await store.load_board()
    await commit(store, decision(incidents=[outage, over], members=[dark, lit]))
    await commit(store, decision(incidents=[over], members=[member(over, "L3")]))

    board = await store.load_board()
    assert board.members == {(dark.condition, dark.lift_id): dark, (lit.condition, lit.lift_id): lit}
    assert board.by_place == {outage.place: outage.incident_id}
    assert await members(store, outage) == [dark, lit]
    assert await members(store, over) == [member(over, "L3")]


async def test_a_lift_may_recover_and_suffer_again(store: AnyStore) -> None:
    outage = parent("p1", 1)
    await store.load_board()
    for dark_again in (member(outage, "L1"), member(outage, "L1", left_at=later(60)), member(outage, "L1")):
        await commit(store, decision(incidents=[outage], members=[dark_again]))
        assert await members(store, outage) == [dark_again]


async def test_the_lifts_of_an_outage_come_a_page_at_a_time_by_their_ids(store: AnyStore) -> None:
    outage = parent("p1", 1)
    lifts = [member(outage, lift_id) for lift_id in ("L1", "L2", "a1")]
    await store.load_board()
    await commit(store, decision(incidents=[outage], members=lifts[::-1]))
    assert await store.members_of(outage.incident_id, after=None, limit=2) == lifts[:2]
    assert await store.members_of(outage.incident_id, after=LiftId("L2"), limit=2) == lifts[2:]


async def test_many_outages_may_be_open_at_once_for_none_is_about_one_lift(store: AnyStore) -> None:
    await store.load_board()
    await commit(store, decision(incidents=[parent("p1", 1), parent("p2", 2)]))
    assert len((await store.load_board()).incidents) == 2


async def test_a_member_of_no_case_is_refused(store: AnyStore) -> None:
    await store.load_board()
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await commit(store, decision(members=[member(parent("p1", 1), "L1")]))


async def test_what_was_never_saved_is_not_found(store: AnyStore) -> None:
    unknown = IncidentId("nobody")
    assert await store.find_incident(unknown) is None
    assert await store.assignments_of(unknown) == []
    assert await store.timeline_of(unknown) == []
    assert await store.members_of(unknown, after=None, limit=10) == []
    assert await store.find_assignment(AssignmentId("nobody-1")) is None
    assert await store.last_entrapments_of([LiftId("nowhere")]) == {}


async def test_an_attempt_is_found_also_when_its_case_is_over(store: AnyStore) -> None:
    over = incident("i1", 1, status=Status.CLOSED)
    asked = assignment(over, status=AssignmentStatus.RELEASED)
    await commit(await as_desk(store), decision(incidents=[over], assignments=[asked]))
    assert await store.find_assignment(asked.assignment_id) == asked


async def test_a_lifts_newest_case_of_people_is_found_among_its_others(store: AnyStore) -> None:
    first, second = (incident(f"i{n}", n, "L1", status=Status.CLOSED) for n in (1, 2))
    fault = replace(incident("i3", 3, "L1"), kind=Kind.FAULT)
    elsewhere = incident("i4", 4, "L2")
    await commit(await as_desk(store), decision(incidents=[first, second, fault, elsewhere]))
    asked = [LiftId("L1"), LiftId("L2"), LiftId("L3")]
    assert await store.last_entrapments_of(asked) == {"L1": second, "L2": elsewhere}


async def test_a_case_that_is_over_takes_a_late_line_and_stays_over(store: AnyStore) -> None:
    over = incident("i1", 1, "L1", status=Status.CLOSED)
    first, late = history(over, "closed", "too late")
    await commit(await as_desk(store), decision(incidents=[over], entries=[first]))
    told = replace(over, version=2, late_entries=1)
    await commit(store, decision(incidents=[told, incident("i2", 2, "L1")], entries=[late]))
    assert await store.find_incident(over.incident_id) == told
    assert await store.timeline_of(over.incident_id) == [first, late]
    assert set((await store.load_board()).incidents) == {IncidentId("i2")}


# --- every value comes back as it was


@on_each_store
@given(case=cases.incidents())
async def test_any_incident_reads_back_equal(store: AnyStore, case: Incident) -> None:
    await commit(await as_desk(store), decision(incidents=[case]))
    assert await store.find_incident(case.incident_id) == case


@on_each_store
@given(case=cases.incidents(), asked=cases.assignments)
async def test_any_assignment_reads_back_equal(store: AnyStore, case: Incident, asked: Assignment) -> None:
    mine = replace(asked, assignment_id=AssignmentId(case.incident_id), incident_id=case.incident_id)
    # One crew a case, for a crew may hold one only.
    mine = replace(mine, crew_id=type(mine.crew_id)(case.incident_id))
    await commit(await as_desk(store), decision(incidents=[case], assignments=[mine]))
    assert await store.assignments_of(case.incident_id) == [mine]


@on_each_store
@given(ledger=cases.ledgers)
async def test_any_alarm_ledger_reads_back_equal(store: AnyStore, ledger: AlarmLedger) -> None:
    await commit(await as_desk(store), decision(ledgers=[ledger]))
    assert (await store.load_board()).ledgers[ledger.lift_id] == ledger


@on_each_store
@given(data=st.data(), case=cases.incidents())
async def test_any_history_reads_back_equal_and_whole(store: AnyStore, data: st.DataObject, case: Incident) -> None:
    told = data.draw(cases.timelines(case))
    await commit(await as_desk(store), decision(incidents=[case], entries=told))
    kept = await store.timeline_of(case.incident_id)
    assert tuple(kept) == told
    assert first_break(kept) is None


# --- what is refused, and that nothing of it stays


async def test_a_lift_has_one_open_case_and_a_second_is_refused_whole(subject: Subject) -> None:
    store = await asked_company(subject)
    first, second = incident("i1", 1, "L1"), incident("i2", 2, "L1", Status.RELEASED)
    await commit(store, decision(incidents=[first]))
    refused = decision(incidents=[second], ledgers=[LEDGER], entries=history(second, "opened"))

    with pytest.raises(asyncpg.UniqueViolationError, match="one_open_incident_per_lift"):
        await store.commit(refused, [to_lift("k1"), to_company("k2")], NOON)
    board = await store.load_board()
    assert (set(board.incidents), board.ledgers) == ({first.incident_id}, {})
    assert await store.timeline_of(second.incident_id) == []
    assert await store.next_due() is None


async def test_decisions_saved_together_are_saved_in_their_order(subject: Subject) -> None:
    store = await asked_company(subject, "one")
    case = incident("i1", 1, "L1")
    offered = assignment(case, crew_id="c1")
    declined = replace(offered, status=AssignmentStatus.DECLINED)
    together = [
        Commit(decision=decision(incidents=[case], assignments=[offered]), effects=[offer("offer", offered)]),
        Commit(decision=decision(assignments=[declined])),
        Commit(decision=decision(incidents=[incident("i2", 2, "L2")]), effects=[to_lift("k2")]),
    ]
    await store.commit_all(together, NOON)
    board = await store.load_board()
    assert set(board.incidents) == {IncidentId("i1"), IncidentId("i2")}
    assert board.assignments[offered.assignment_id].status is AssignmentStatus.DECLINED
    assert [type(one) for one in await store.due(NOON, 10)] == [Downlink]


async def test_of_decisions_saved_together_one_that_is_refused_takes_all_with_it(subject: Subject) -> None:
    store = await asked_company(subject)
    first, second = incident("i1", 1, "L1"), incident("i2", 2, "L1")
    together = [
        Commit(decision=decision(incidents=[first], entries=history(first, "opened")), effects=[to_lift("k1")]),
        Commit(decision=decision(incidents=[second])),
    ]
    with pytest.raises(asyncpg.UniqueViolationError, match="one_open_incident_per_lift"):
        await store.commit_all(together, NOON)
    assert (await store.load_board()).incidents == {}
    assert await store.timeline_of(first.incident_id) == []
    assert await store.next_due() is None
    await store.commit_all(together[:1], NOON)
    assert set((await store.load_board()).incidents) == {first.incident_id}


async def test_after_a_refusal_the_store_still_takes_what_is_right(store: AnyStore) -> None:
    await commit(await as_desk(store), decision(incidents=[incident("i1", 1, "L1")]))
    with pytest.raises(asyncpg.UniqueViolationError):
        await commit(store, decision(incidents=[incident("i2", 2, "L1")]))
    await commit(store, decision(incidents=[incident("i2", 2, "L2")]))
    assert set((await store.load_board()).incidents) == {"i1", "i2"}


@pytest.mark.parametrize("newer_first", [True, False])
async def test_a_lifts_case_may_end_and_its_next_begin_in_one_decision(store: AnyStore, newer_first: bool) -> None:
    older, newer = incident("i1", 1, "L1"), incident("i2", 2, "L1")
    await commit(await as_desk(store), decision(incidents=[older]))
    both = [newer, replace(older, status=Status.CLOSED)]
    await commit(store, decision(incidents=both if newer_first else both[::-1]))
    assert list((await store.load_board()).incidents.values()) == [newer]


async def test_two_cases_cannot_bear_one_number(store: AnyStore) -> None:
    await commit(await as_desk(store), decision(incidents=[incident("i1", 1)]))
    with pytest.raises(asyncpg.UniqueViolationError, match="one_incident_per_number"):
        await commit(store, decision(incidents=[incident("i2", 1)]))


@pytest.mark.parametrize("held", ["offered", "accepted", "en_route", "on_scene"])
async def test_a_crew_is_in_one_place(store: AnyStore, held: str) -> None:
    one, other = incident("i1", 1), incident("i2", 2)
    await commit(await as_desk(store), decision(incidents=[one, other], assignments=[assignment(one)]))
    with pytest.raises(asyncpg.UniqueViolationError, match="one_assignment_per_crew"):
        await commit(store, decision(assignments=[assignment(other, status=AssignmentStatus(held))]))


@pytest.mark.parametrize("newer_first", [True, False])
async def test_a_crew_may_be_taken_from_one_case_and_asked_for_another_at_once(
    store: AnyStore, newer_first: bool
) -> None:
    one, other = incident("i1", 1), incident("i2", 2)
    await commit(await as_desk(store), decision(incidents=[one, other], assignments=[assignment(one)]))
    both = [assignment(other), assignment(one, status=AssignmentStatus.WITHDRAWN)]
    await commit(store, decision(assignments=both if newer_first else both[::-1]))
    assert set((await store.load_board()).busy()) == {"c1"}


async def test_a_case_has_one_assignment_for_each_attempt(store: AnyStore) -> None:
    case = incident("i1", 1)
    again = replace(assignment(case, crew_id="c2"), assignment_id=AssignmentId("another"))
    await commit(await as_desk(store), decision(incidents=[case], assignments=[assignment(case)]))
    with pytest.raises(asyncpg.UniqueViolationError, match="one_assignment_per_attempt"):
        await commit(store, decision(assignments=[again]))


async def test_history_is_not_rewritten(store: AnyStore) -> None:
    case = incident("i1", 1)
    told = history(case, "opened", "offered")
    await commit(await as_desk(store), decision(incidents=[case], entries=told))
    with pytest.raises(asyncpg.UniqueViolationError):
        await commit(store, decision(entries=history(case, "declined", after=told[0])))
    assert tuple(await store.timeline_of(case.incident_id)) == told


async def test_an_attempt_or_an_entry_without_its_case_is_refused(store: AnyStore) -> None:
    nowhere = incident("i1", 1)
    await as_desk(store)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await commit(store, decision(assignments=[assignment(nowhere)]))
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await commit(store, decision(entries=history(nowhere, "opened")))


async def test_a_fact_that_json_cannot_say_is_refused(store: AnyStore) -> None:
    case = incident("i1", 1)
    sealed = entry(case.incident_id, {"eta_s": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        await commit(await as_desk(store), decision(incidents=[case], entries=[sealed]))
    with pytest.raises(ValueError, match="JSON"):
        await commit(store, decision(incidents=[case], assignments=[replace(assignment(case), eta_s=float("inf"))]))
    assert await store.find_incident(case.incident_id) is None


# --- effects on their way


async def test_an_effect_for_a_lift_is_due_at_once_as_one_message(store: AnyStore) -> None:
    await as_desk(store)
    await store.commit(decision(), [to_lift("k1")], NOON)
    (due,) = await store.due(NOON, 10)
    assert due == Downlink(
        outbox_id=due.outbox_id,
        key="k1",
        topic="lifts/v1/410105/L1/alarm/ack",
        payload={"number": 7},
        tries=0,
        created_at=NOON,
        expires_at=later(3600),
    )


async def test_an_effect_for_a_company_goes_to_each_endpoint_that_wants_its_kind(subject: Subject) -> None:
    store = await asked_company(subject)
    await subject.put_endpoint(endpoint("all", secrets=("whsec_new", "whsec_old")))
    await subject.put_endpoint(endpoint("news", types=("incident.updated", "incident.closed")))
    await subject.put_endpoint(endpoint("offers", types=("assignment.offered",)))
    await subject.put_endpoint(endpoint("off", enabled=False))
    await subject.put_endpoint(endpoint("strangers", company=BEIHAI.company_id))
    await store.commit(decision(), [to_company("k1")], NOON)

    due = {one.endpoint_id: one for one in await deliveries(store, NOON)}
    assert set(due) == {"all", "news"}
    assert due["all"] == Delivery(
        outbox_id=due["all"].outbox_id,
        key="k1",
        type="incident.updated",
        body={"type": "incident.updated", "data": {"中": [1, 2.5, None]}},
        endpoint_id="all",
        url="https://all.example",
        secrets=("whsec_new", "whsec_old"),
        assignment_id=None,
        attempt=None,
        tries=0,
        created_at=NOON,
        expires_at=later(3 * 86_400),
    )


async def test_an_endpoint_that_is_switched_off_misses_what_is_decided_meanwhile(subject: Subject) -> None:
    store = await asked_company(subject)
    await subject.put_endpoint(endpoint("one", enabled=False))
    await store.commit(decision(), [to_company("k1")], NOON)
    await subject.put_endpoint(endpoint("one", enabled=True))
    assert await store.due(NOON, 10) == []


async def test_an_effect_for_a_company_without_endpoints_goes_nowhere(subject: Subject) -> None:
    store = await asked_company(subject)
    await store.commit(decision(), [to_company("k1")], NOON)
    assert await store.due(NOON, 10) == []


async def test_an_effect_is_queued_once_however_often_it_is_decided(subject: Subject) -> None:
    store = await asked_company(subject, "one", "two")
    effects = [to_lift("k1"), to_lift("k1"), to_company("k2"), to_company("k2")]
    await store.commit(decision(), effects, NOON)
    await store.commit(decision(), effects, later(60))
    assert sorted(one.key for one in await store.due(later(60), 10)) == ["k1", "k2", "k2"]


async def test_an_effect_carried_out_is_not_queued_again(store: AnyStore) -> None:
    await as_desk(store)
    await store.commit(decision(), [to_lift("k1")], NOON)
    await store.carried([done(one) for one in await store.due(NOON, 10)])
    await store.commit(decision(), [to_lift("k1")], NOON)
    assert await store.due(NOON, 10) == []


@pytest.mark.parametrize("status", [status for status in AssignmentStatus if status is not AssignmentStatus.OFFERED])
async def test_an_offer_that_no_longer_stands_is_taken_out_of_the_queue(
    subject: Subject, status: AssignmentStatus
) -> None:
    store, answered, open_one = await two_offers(subject)
    news = replace(offer("news", answered), type="assignment.confirmed")
    await store.commit(decision(assignments=[replace(answered, status=status)]), [news], NOON)
    assert {one.key for one in await store.due(NOON, 10)} == {f"offer-{open_one.assignment_id}", "news"}


async def test_an_offer_that_still_stands_stays_in_the_queue(subject: Subject) -> None:
    store, one, other = await two_offers(subject)
    await commit(store, decision(assignments=[replace(one, eta_s=60.0)]))
    due = await deliveries(store, NOON)
    assert {(d.assignment_id, d.attempt) for d in due} == {(one.assignment_id, 1), (other.assignment_id, 1)}


async def test_an_offer_that_became_moot_while_it_was_tried_is_not_revived(subject: Subject) -> None:
    store, answered, _ = await two_offers(subject)
    underway = [one for one in await deliveries(store, NOON) if one.assignment_id == answered.assignment_id]
    await commit(store, decision(assignments=[replace(answered, status=AssignmentStatus.DECLINED)]))
    await store.carried([again(one, later(2)) for one in underway])
    assert answered.assignment_id not in {one.assignment_id for one in await deliveries(store, later(600))}


async def test_effects_come_oldest_first_as_many_as_asked_and_none_before_its_time(store: AnyStore) -> None:
    await as_desk(store)
    await store.commit(decision(), [to_lift("k3", later(20)), to_lift("k1"), to_lift("k2", later(10))], NOON)
    assert keys(await store.due(later(15), 10)) == ["k1", "k2"]
    assert keys(await store.due(later(20), 2)) == ["k1", "k2"]
    assert await store.due(later(-1), 10) == []


async def test_a_failed_try_is_due_again_when_it_was_said_to_be(store: AnyStore) -> None:
    await as_desk(store)
    await store.commit(decision(), [to_lift("k1")], NOON)
    await store.carried([again(one, later(5)) for one in await store.due(NOON, 10)])
    assert await store.due(later(4), 10) == []
    assert await store.next_due() == later(5)
    assert [one.tries for one in await store.due(later(5), 10)] == [1]


async def test_what_was_carried_or_given_up_is_never_due_again(store: AnyStore) -> None:
    await as_desk(store)
    await store.commit(decision(), [to_lift("k1"), to_lift("k2")], NOON)
    first, second = await store.due(NOON, 10)
    await store.carried([done(first), given_up(second)])
    assert await store.due(later(1e6), 10) == []
    assert await store.next_due() is None


async def test_what_waits_for_an_endpoint_that_is_switched_off_waits_until_it_is_on(subject: Subject) -> None:
    store = await asked_company(subject, "one")
    await store.commit(decision(), [to_company("k1")], NOON)
    await subject.put_endpoint(endpoint("one", enabled=False))
    assert (await store.due(NOON, 10), await store.next_due()) == ([], None)
    await subject.put_endpoint(endpoint("one", enabled=True))
    assert (keys(await store.due(NOON, 10)), await store.next_due()) == (["k1"], NOON)


# --- lists


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, [4, 3, 2, 1]),
        ({"status": "open"}, [4, 2]),
        ({"status": "closed"}, [3, 1]),
        ({"area": ERQI}, [2, 1]),
        ({"opened_from": later(120), "opened_to": later(240)}, [3, 2]),
        ({"after": 4, "limit": 2}, [3, 2]),
        ({"status": "open", "after": 4}, [2]),
        ({"company_id": BEIHAI.company_id}, [3]),
        ({"company_id": CompanyId("nobody")}, []),
        ({"company_id": ANKANG.company_id, "status": "open"}, [2]),
    ],
)
async def test_cases_are_listed_newest_first_as_far_as_they_are_asked_for(
    store: AnyStore, wanted: dict[str, object], numbers: list[int]
) -> None:
    one = incident("i1", 1, status=Status.FALSE_ALARM, area=ERQI)
    two = incident("i2", 2, status=Status.RELEASED, area=ERQI)
    three = incident("i3", 3, status=Status.CLOSED)
    asked = [
        assignment(one, crew_id="c1"),
        assignment(two, 1, crew_id="c2"),
        assignment(two, 2, crew_id="c3"),
        assignment(three, crew_id="c4", company=BEIHAI),
    ]
    await commit(await as_desk(store), decision(incidents=[one, two, three, incident("i4", 4)], assignments=asked))
    assert [case.number for case in await listed(store, wanted)] == numbers


async def test_open_cases_are_listed_by_how_grave_they_are_and_then_newest_first(store: AnyStore) -> None:
    kinds = [Kind.TEST_OVERDUE, Kind.ENTRAPMENT, Kind.FAULT, Kind.ENTRAPMENT, Kind.LINK_LOST, Kind.FAULT]
    cases = [replace(incident(f"i{n}", n), kind=kind) for n, kind in enumerate(kinds, start=1)]
    await commit(await as_desk(store), decision(incidents=[*cases, incident("i7", 7, status=Status.CLOSED)]))
    in_order = [4, 2, 6, 3, 5, 1]
    assert [case.number for case in await listed(store, {"status": "open"})] == in_order
    for place, number in enumerate(in_order, start=1):
        page = await listed(store, {"status": "open", "after": number, "limit": 2})
        assert [case.number for case in page] == in_order[place : place + 2]
    assert [case.number for case in await listed(store, {"kind": Kind.FAULT, "status": "open"})] == [6, 3]
    assert [case.number for case in await listed(store, {"kind": Kind.ENTRAPMENT})] == [7, 4, 2]


async def test_the_cases_that_are_part_of_another_are_listed(store: AnyStore) -> None:
    outage = parent("p1", 1)
    children = [
        replace(incident(f"i{n}", n, status=status), parent_id=outage.incident_id)
        for n, status in ((2, Status.OPEN), (3, Status.CLOSED))
    ]
    await commit(await as_desk(store), decision(incidents=[outage, *children, incident("i4", 4)]))
    assert [case.number for case in await listed(store, {"parent_id": outage.incident_id})] == [3, 2]
    found = await listed(store, {"parent_id": outage.incident_id, "status": "open"})
    assert [case.number for case in found] == [2]


# --- helpers


async def as_desk(store: AnyStore) -> AnyStore:
    """The store, once the desk has loaded its board."""
    await store.load_board()
    return store


async def asked_company(subject: Subject, *endpoints: str) -> AnyStore:
    """The store with two companies, the first of which has these endpoints."""
    store = await as_desk(subject.store)
    await store.put_companies([ANKANG, BEIHAI])
    for name in endpoints:
        await subject.put_endpoint(endpoint(name))
    return store


async def two_offers(subject: Subject) -> tuple[AnyStore, Assignment, Assignment]:
    """Two cases, each offered to a crew, both offers on their way."""
    store = await asked_company(subject, "one")
    one, other = incident("i1", 1), incident("i2", 2)
    offered = (assignment(one, crew_id="c1"), assignment(other, crew_id="c2"))
    effects = [offer(f"offer-{asked.assignment_id}", asked) for asked in offered]
    await store.commit(decision(incidents=[one, other], assignments=offered), effects, NOON)
    return store, *offered


async def commit(store: AnyStore, wanted: Decision) -> None:
    await store.commit(wanted, [], NOON)


async def deliveries(store: AnyStore, now: datetime) -> list[Delivery]:
    return [one for one in await store.due(now, 100) if isinstance(one, Delivery)]


async def listed(store: AnyStore, wanted: dict[str, object]) -> Sequence[Incident]:
    filters = {name: value for name, value in wanted.items() if name not in {"after", "limit"}}
    after, limit = wanted.get("after"), wanted.get("limit", 100)
    return await store.list_incidents(Wanted(**filters), after=after, limit=limit)  # type: ignore[arg-type]


async def members(store: AnyStore, of: Incident) -> Sequence[Member]:
    return await store.members_of(of.incident_id, after=None, limit=100)


def endpoint(
    name: str,
    *,
    company: CompanyId = ANKANG.company_id,
    types: tuple[str, ...] = ("*",),
    enabled: bool = True,
    secrets: tuple[str, ...] = ("whsec_1",),
) -> Endpoint:
    return Endpoint(
        endpoint_id=name,
        company_id=company,
        url=f"https://{name}.example",
        types=types,
        enabled=enabled,
        secrets=secrets,
    )


def keys(effects: Sequence[Outgoing]) -> list[str]:
    return [one.key for one in effects]


def done(one: Outgoing) -> Carried:
    return Carried(outbox_id=one.outbox_id, at=NOON, done=True, due_at=None, status=200, error="")


def given_up(one: Outgoing) -> Carried:
    return Carried(outbox_id=one.outbox_id, at=NOON, done=False, due_at=None, status=None, error="expired")


def again(one: Outgoing, due_at: datetime) -> Carried:
    return Carried(outbox_id=one.outbox_id, at=NOON, done=False, due_at=due_at, status=503, error="HTTP 503")
