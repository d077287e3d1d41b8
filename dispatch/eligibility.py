"""May this crew go to this callout? Yes, or the reason why not.

The checks run in the order of the table below and the first that fails speaks, so a reason names the plainest
obstacle: a crew of the wrong company is not also called off duty. Knows distance as the crow flies only; how long the
way takes, and who is best, are decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

from dispatch.crews import Crew
from dispatch.problem import Callout, Ground, Problem, Refusal
from dispatch.travel import straight_m

Check = Callable[[Crew, Callout, Problem], str | None]


def may_go(crew: Crew, callout: Callout, problem: Problem) -> str | None:
    """Return None if the crew may go, otherwise the reason why not."""
    refusal = find_refusal(crew, callout, problem)
    return refusal.reason if refusal else None


def find_refusal(crew: Crew, callout: Callout, problem: Problem) -> Refusal | None:
    """Return the first obstacle with its ground, or None if the crew may go."""
    for ground, check in CHECKS:
        reason = check(crew, callout, problem)
        if reason is not None:
            return Refusal(crew_id=crew.crew_id, ground=ground, reason=reason or ground.value)
    return None


def _contractor_unknown(_crew: Crew, callout: Callout, _problem: Problem) -> str | None:
    if callout.level == 1 and callout.contractor_id is None:
        return "the lift's contractor is not known"
    return None


def _not_contracted(crew: Crew, callout: Callout, _problem: Problem) -> str | None:
    if callout.level == 1 and crew.company_id != callout.contractor_id:
        return "not of the contracted company"
    return None


def _off_duty(crew: Crew, _callout: Callout, _problem: Problem) -> str | None:
    return None if crew.on_duty else "off duty"


def _excluded(crew: Crew, callout: Callout, _problem: Problem) -> str | None:
    return callout.excluded.get(crew.crew_id)


def _busy(crew: Crew, _callout: Callout, problem: Problem) -> str | None:
    return problem.busy.get(crew.crew_id)


def _unqualified(crew: Crew, callout: Callout, _problem: Problem) -> str | None:
    lacking = callout.required_qualifications - crew.qualifications
    return f"lacks {', '.join(sorted(lacking))}" if lacking else None


def _position_unknown(crew: Crew, _callout: Callout, _problem: Problem) -> str | None:
    return "position unknown" if crew.position is None else None


def _too_far(crew: Crew, callout: Callout, problem: Problem) -> str | None:
    """Keep level 2 to the neighbourhood. The contract binds a contractor however far off, and level 3 asks everyone."""
    if callout.level != 2 or crew.company_id == callout.contractor_id:
        return None
    # Nobody is too far from a lift whose place is not known.
    if crew.position is None or callout.lift_position is None:
        return None
    away_m, limit_m = straight_m(crew.position, callout.lift_position), problem.rules.level_2_radius_m
    if away_m <= limit_m:
        return None
    return f"{away_m / 1000:.1f} km away, beyond the {limit_m / 1000:g} km of level 2"


CHECKS: tuple[tuple[Ground, Check], ...] = (
    (Ground.CONTRACTOR_UNKNOWN, _contractor_unknown),
    (Ground.NOT_CONTRACTED, _not_contracted),
    (Ground.OFF_DUTY, _off_duty),
    (Ground.EXCLUDED, _excluded),
    (Ground.BUSY, _busy),
    (Ground.UNQUALIFIED, _unqualified),
    (Ground.POSITION_UNKNOWN, _position_unknown),
    (Ground.TOO_FAR, _too_far),
)
