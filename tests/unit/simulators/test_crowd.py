from __future__ import annotations

from collections import Counter

from simulators.city import build_city
from simulators.crowd import crowd, spread

CITY = build_city(lifts=1200, seed=3)


def test_every_company_has_as_many_crews_as_were_asked_for_all_on_duty_at_its_own_bases() -> None:
    crowded = crowd(CITY, 30)
    bases = {(crew.company_id, crew.lon, crew.lat) for crew in CITY.crews}
    assert set(Counter(crew.company_id for crew in crowded.crews).values()) == {30}
    assert len({crew.crew_id for crew in crowded.crews}) == len(crowded.crews)
    assert all(crew.on_duty == "yes" and (crew.company_id, crew.lon, crew.lat) in bases for crew in crowded.crews)


def test_lifts_are_taken_from_each_contractor_in_turn() -> None:
    contractors = {lift.company_id for lift in CITY.lifts}
    taken = spread(CITY, 3 * len(contractors))
    assert set(Counter(lift.company_id for lift in taken).values()) == {3}
    assert len({lift.lift_id for lift in taken}) == len(taken)


def test_no_more_lifts_are_taken_than_there_are() -> None:
    assert len(spread(CITY, 5000)) == 1200
