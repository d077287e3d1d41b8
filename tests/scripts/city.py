"""Who there is in every script: three companies, their crews, and lifts that each have something of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from devices.messages import Area, LiftId
from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position
from rescue.incident import Lift

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""12:00 in Zhengzhou: second 0 of every script."""
JINSHUI, ERQI = Area("410105"), Area("410103")
KM_OF_LON = 1 / 91.4
"""Degrees, at this latitude."""

COMPANIES = {
    "K": Company(company_id=CompanyId("K"), name="康晖电梯", phone="0371-1", kind=CompanyKind.CONTRACTOR),
    "S": Company(company_id=CompanyId("S"), name="第五十救援站", phone="0371-2", kind=CompanyKind.STATION),
    "T": Company(company_id=CompanyId("T"), name="东郊救援站", phone="0371-3", kind=CompanyKind.STATION),
}


def _east(km: float) -> Position:
    return Position(lon=113.66 + km * KM_OF_LON, lat=34.76)


def _crew(name: str, km_east: float) -> Crew:
    return Crew(
        crew_id=CrewId(name),
        company_id=COMPANIES[name[0]].company_id,
        station_id=None,
        name=f"crew {name}",
        phone="13900001111",
        members=2,
        qualifications=frozenset(),
        on_duty=True,
        position=_east(km_east),
        positioned_at=NOON,
    )


def _lift(name: str, code: str, **own: Any) -> Lift:
    known: dict[str, Any] = {
        "lift_id": LiftId(name),
        "area": JINSHUI,
        "rescue_code": code,
        "address": "花园路 18 号",
        "building": "3",
        "position": _east(0),
        "company_id": COMPANIES["K"].company_id,
    }
    return Lift(**known | own)


CREWS = tuple(
    _crew(name, km)
    for name, km in (("K1", 1), ("K2", 2), ("K3", 3), ("S1", 1.5), ("S2", 2.5), ("S3", 4), ("T1", 13))
)  # fmt: skip
"""Four minutes to A1 for the nearest, K1; T1 is thirty minutes away, and next to F1."""

_BLOCK = tuple(
    _lift(f"P{n}", f"30000{n}", area=ERQI, address=f"京广路 {n} 号", building="1", position=_east(n / 100))
    for n in range(10)
)

LIFTS: Mapping[str, Lift] = {
    lift.lift_id: lift
    for lift in (
        _lift("A1", "100001"),
        _lift("A2", "100002"),  # beside A1, in the same hall
        _lift("B1", "200001", address="文化路 5 号", building="", position=_east(0.5)),
        _lift("F1", "200002", address="郑东路 99 号", building="", position=_east(12.5)),  # 25 minutes for K
        _lift("H1", "200003", address="大学路 1 号", building="", attributes={"test_calls": "yes"}),
        *_BLOCK,  # ten houses on one feeder
    )
}
