"""Why nobody goes to a callout: what is lacking, and the sentence that says so.

Reads it off the refusals of the survey and refuses nobody itself. The desk branches on the lack, people read the
sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import numpy as np

from dispatch.problem import Callout, Ground, Lack, Shortfall
from dispatch.standing import GROUNDS, NO_OBSTACLE
from dispatch.survey import Survey

LACK_IF_ALL: Mapping[Ground, Lack] = {
    Ground.EXCLUDED: Lack.ALL_EXCLUDED,
    Ground.PINNED: Lack.ALL_PINNED,
    Ground.BUSY: Lack.ALL_BUSY,
    Ground.TOO_FEW: Lack.TOO_FEW,
    Ground.POSITION_UNKNOWN: Lack.POSITIONS_UNKNOWN,
    Ground.TOO_FAR: Lack.ALL_TOO_FAR,
    Ground.NO_WAY: Lack.NO_WAY,
}

SENTENCES: Mapping[Lack, str] = {
    Lack.CONTRACTOR_UNKNOWN: "the lift's contractor is not known, so there is nobody to ask at level 1",
    Lack.COMPANY_HAS_NO_CREWS: "the contracted company has no crews",
    Lack.NO_CREWS: "no crews are known",
    Lack.NOBODY_ON_DUTY: "nobody{whose} is on duty",
    Lack.ALL_EXCLUDED: "all crews{whose} on duty have been asked or are ruled out",
    Lack.ALL_PINNED: "all crews{whose} on duty are kept by an operator for other callouts",
    Lack.ALL_BUSY: "all crews{whose} on duty are on other cases",
    Lack.TOO_FEW: "no crew{whose} on duty has people enough",
    Lack.POSITIONS_UNKNOWN: "the positions of all crews{whose} on duty are unknown",
    Lack.ALL_TOO_FAR: "all crews{whose} on duty are too far away",
    Lack.NO_WAY: "no crew{whose} on duty has a way to the lift",
    Lack.NOBODY_LEFT: "no crew{whose} is left to ask",
    Lack.NEEDED_ELSEWHERE: "all crews{whose} that may go are needed for other callouts",
}


BESIDE_THE_POINT: Final = frozenset({Ground.NOT_CONTRACTED, Ground.CONTRACTOR_UNKNOWN})
"""They say of nearly every crew of the city no more than that it is of another company."""


def shortfall(survey: Survey, later: str = "") -> Shortfall:
    """Return why the surveyed callout gets no crew now, in one sentence with the count of each ground.

    `later` says who is expected to come after all.
    """
    tally = _tally(survey)
    lack = _find_lack(survey, frozenset(tally))
    sentence = SENTENCES[lack].format(whose=" of the contracted company" if survey.callout.level == 1 else "")
    counts = ", ".join(f"{count} {label}" for label, count in sorted(_labels(tally, survey).items()))
    reason = f"{sentence} ({counts})" if counts else sentence
    return Shortfall(
        incident_id=survey.callout.incident_id,
        lack=lack,
        reason=f"{reason}; {later}" if later else reason,
        refused=survey.refused,
    )


def _tally(survey: Survey) -> Counter[Ground]:
    """How many crews are refused on each ground."""
    counts = np.bincount(survey.found, minlength=NO_OBSTACLE)[:NO_OBSTACLE].tolist()
    return Counter({ground: count for ground, count in zip(GROUNDS, counts, strict=True) if count})


def _find_lack(survey: Survey, grounds: frozenset[Ground]) -> Lack:
    if len(survey):
        return Lack.NEEDED_ELSEWHERE
    callout = survey.callout
    if callout.level == 1 and callout.contractor_id is None:
        return Lack.CONTRACTOR_UNKNOWN
    asked = grounds - BESIDE_THE_POINT
    if not asked:
        return Lack.COMPANY_HAS_NO_CREWS if callout.level == 1 else Lack.NO_CREWS
    on_duty = asked - {Ground.OFF_DUTY}
    if not on_duty:
        return Lack.NOBODY_ON_DUTY
    return LACK_IF_ALL[next(iter(on_duty))] if len(on_duty) == 1 else Lack.NOBODY_LEFT


def _labels(tally: Counter[Ground], survey: Survey) -> Counter[str]:
    plain = tally.keys() - BESIDE_THE_POINT - {Ground.EXCLUDED, Ground.NO_WAY}
    labels = Counter({ground.value: tally[ground] for ground in plain})
    if tally[Ground.NO_WAY]:
        labels += _said_of_ways(survey)
    return labels + _said_of_excluded(survey.callout, survey) if tally[Ground.EXCLUDED] else labels


def _said_of_ways(survey: Survey) -> Counter[str]:
    """The roads' own words say more than "no way": an island, a closed road."""
    rows = np.flatnonzero(survey.found == GROUNDS.index(Ground.NO_WAY)).tolist()
    return Counter(survey.remarks.get(row) or Ground.NO_WAY.value for row in rows)


def _said_of_excluded(callout: Callout, survey: Survey) -> Counter[str]:
    """The desk's own words say more than "excluded": just declined, did not answer."""
    row, found = survey.standing.roster.row, survey.found
    excluded = GROUNDS.index(Ground.EXCLUDED)
    said = [
        reason for crew_id, reason in callout.excluded.items() if crew_id in row and found[row[crew_id]] == excluded
    ]
    return Counter(reason or Ground.EXCLUDED.value for reason in said)
