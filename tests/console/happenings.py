"""What may befall lifts while somebody looks at the console."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from devices.faults import Fault
from devices.messages import Confidence, EntrapmentFound, Evidence, FaultRaised, LiftId, LinkChanged, TestCallOverdue
from rescue.desk.inputs import Action, LiftEvent, OperatorActed
from rescue.incident import IncidentId
from rescue.shell.service import lift_actor
from rescue.timeline import MACHINE
from tests.integration.centre import JINSHUI, LIFTS, Centre


async def hear(centre: Centre, event: LiftEvent) -> Any:
    """What the tracker made of a lift's word reaches the desk: the case it leads to."""
    outcome = await centre.context.desk.submit(event, actor=lift_actor(event.lift_id))
    assert outcome.incident_id is not None, outcome
    return (await centre.get("operator", f"/incidents/{outcome.incident_id}")).body


async def raise_fault(centre: Centre, lift_id: str, fault: Fault) -> Any:
    at = centre.clock.now().timestamp()
    return await hear(
        centre,
        FaultRaised(
            lift_id=LiftId(lift_id), area=JINSHUI, fault=fault, raw=None, since=at, at=at, reported_at=None,
            reasons=(f"code: the lift reports {fault}",),
        ),
    )  # fmt: skip


async def find_entrapment(centre: Centre, lift_id: str, confidence: Confidence = Confidence.LIKELY) -> Any:
    at = centre.clock.now().timestamp()
    evidence = Evidence(confidence=confidence, reasons=("lasted: this has lasted 30 s",))
    return await hear(
        centre, EntrapmentFound(lift_id=LiftId(lift_id), area=JINSHUI, since=at - 30, at=at, evidence=evidence)
    )


async def lose_link(centre: Centre, lift_id: str) -> Any:
    at = centre.clock.now().timestamp()
    away = LinkChanged(lift_id=LiftId(lift_id), area=JINSHUI, online=False, at=at, reason="silent", lasted_s=3600)
    return await hear(centre, away)


async def miss_test(centre: Centre, lift_id: str) -> Any:
    at = centre.clock.now().timestamp()
    return await hear(centre, TestCallOverdue(lift_id=LiftId(lift_id), area=JINSHUI, at=at, last_at=at - 80 * 3600))


async def put_up_building(centre: Centre, name: str, lifts: int) -> list[str]:
    """A building with so many lifts of its own; their ids."""
    first = 600_000 + 1000 * (sum(map(ord, name)) % 300)
    street = f"农业路 {first % 97} 号"
    cards = [
        replace(LIFTS[0], lift_id=LiftId(f"{name}{n}"), rescue_code=str(first + n), address=street, building=name)
        for n in range(lifts)
    ]
    await centre.store.put_lifts(cards)
    return [card.lift_id for card in cards]


async def cut_power(centre: Centre) -> Any:
    """Three lifts of one building lose their mains: the parent case."""
    alike = [replace(LIFTS[0], lift_id=LiftId(f"P{n}"), rescue_code=f"20000{n}") for n in (1, 2, 3)]
    await centre.store.put_lifts(alike)
    return [await raise_fault(centre, one.lift_id, Fault.MAINS_LOST) for one in alike][-1]


async def pass_time(centre: Centre, seconds: float) -> None:
    """So much later; a word that means nothing has the desk look at its clock."""
    centre.clock.forward(seconds)
    nothing = OperatorActed(incident_id=IncidentId("none"), action=Action.NOTE, reason="is anybody there?")
    await centre.context.desk.submit(nothing, actor=MACHINE)
