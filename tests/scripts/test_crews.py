"""Crews that accepted: some do not get there, some are late, some are needed more elsewhere."""

from __future__ import annotations

from tests.scripts.language import case, clock, company, lift, operator, station


def test_a_crew_that_cannot_reach_the_lift_frees_the_case_in_the_same_moment() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1").accepts()
    company("K").sets_out()
    clock.at(200)
    company("K").cannot_reach(reason="the underpass is flooded")
    company("K").expects_offer(crew="K2", between=(200, 200)).accepts()
    lift("A1").expects_notice("help_on_the_way", between=(200, 200))
    case("A1").tells("cannot_reach", saying="the underpass is flooded")
    case("A1").is_("dispatched", crew="K2", attempts=2)


def test_a_crew_that_falls_silent_is_kept_until_another_accepts() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1").accepts()
    operator.expects_reminder("not_set_out", between=(301, 301), saying="Crew K1 accepted 5 min ago")
    company("K").expects_offer(crew="K2", between=(421, 421))
    case("A1").is_("dispatched", crew="K1")
    company("K").expects_nothing("assignment.withdrawn", until=450)
    company("K").accepts()
    company("K").expects_withdrawal(crew="K1", because="crew K2 comes in its place")
    case("A1").is_("dispatched", crew="K2", relief_id=None)


def test_a_crew_that_says_itself_that_it_will_be_late_is_kept_beside_the_next_level() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1").accepts(minutes=28)
    station("S").expects_offer(crew="S1", between=(1, 1))
    case("A1").tells("escalated", saying="crew K1 accepted, but is 28 min away")
    case("A1").is_("dispatched", level=2, crew="K1")
    station("S").declines()
    company("K").expects_offer(crew="K2", between=(1, 1)).accepts()
    company("K").expects_withdrawal(crew="K1", because="crew K2 comes in its place")
    case("A1").is_("dispatched", crew="K2")


def test_a_crew_bound_for_a_fault_goes_to_people_and_never_the_other_way_round() -> None:
    lift("B1").has_fault("02", at=1)
    operator.sends("K1", to="B1")
    company("K").expects_offer("B1", crew="K1").accepts("B1")
    lift("A1").alarm(at=60)
    company("K").expects_withdrawal("B1", crew="K1", because="needs crew K1 more")
    company("K").expects_offer("A1", crew="K1", between=(60, 60)).accepts("A1")
    operator.sends("K1", to="B1", refused=409, because="redirect takes it")
    operator.sends("K1", to="B1", redirect=True, refused=409, because="matters as much or more")
    case("A1").is_("dispatched", crew="K1")
    case("B1").is_("open", crew=None)
