"""Why nobody goes to a callout: what is lacking, and the sentence that says so.

Reads it off the refusals of the survey and refuses nobody itself. The desk branches on the lack, people read the
sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from dispatch.problem import Ground, Lack, Refusal, Shortfall
from dispatch.survey import Survey

LACK_IF_ALL: Mapping[Ground, Lack] = {
    Ground.EXCLUDED: Lack.ALL_EXCLUDED,
    Ground.BUSY: Lack.ALL_BUSY,
    Ground.UNQUALIFIED: Lack.NOBODY_QUALIFIED,
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
    Lack.ALL_BUSY: "all crews{whose} on duty are on other cases",
    Lack.NOBODY_QUALIFIED: "no crew{whose} on duty is qualified",
    Lack.POSITIONS_UNKNOWN: "the positions of all crews{whose} on duty are unknown",
    Lack.ALL_TOO_FAR: "all crews{whose} on duty are too far away",
    Lack.NO_WAY: "no crew{whose} on duty has a way to the lift",
    Lack.NOBODY_LEFT: "no crew{whose} is left to ask",
    Lack.NEEDED_ELSEWHERE: "all crews{whose} that may go are needed for other callouts",
}


def shortfall(survey: Survey) -> Shortfall:
    """Return why the surveyed callout gets no crew, in one sentence with the count of each ground."""
    lack = _find_lack(survey)
    return Shortfall(
        incident_id=survey.callout.incident_id,
        lack=lack,
        reason=_reason(lack, survey),
        refused=survey.refused,
    )


def _find_lack(survey: Survey) -> Lack:
    if survey.options:
        return Lack.NEEDED_ELSEWHERE
    callout, refused = survey.callout, survey.refused
    if callout.level == 1 and callout.contractor_id is None:
        return Lack.CONTRACTOR_UNKNOWN
    asked = {refusal.ground for refusal in refused} - {Ground.NOT_CONTRACTED}
    if not asked:
        return Lack.COMPANY_HAS_NO_CREWS if callout.level == 1 else Lack.NO_CREWS
    on_duty = asked - {Ground.OFF_DUTY}
    if not on_duty:
        return Lack.NOBODY_ON_DUTY
    return LACK_IF_ALL[on_duty.pop()] if len(on_duty) == 1 else Lack.NOBODY_LEFT


def _reason(lack: Lack, survey: Survey) -> str:
    sentence = SENTENCES[lack].format(whose=" of the contracted company" if survey.callout.level == 1 else "")
    counts = _counts(survey.refused)
    return f"{sentence} ({counts})" if counts else sentence


def _counts(refused: Sequence[Refusal]) -> str:
    beside_the_point = {Ground.NOT_CONTRACTED, Ground.CONTRACTOR_UNKNOWN}
    tally = Counter(_label(refusal) for refusal in refused if refusal.ground not in beside_the_point)
    return ", ".join(f"{count} {label}" for label, count in sorted(tally.items()))


def _label(refusal: Refusal) -> str:
    # The desk's own words say more than "excluded": just declined, did not answer.
    return refusal.reason if refusal.ground is Ground.EXCLUDED else refusal.ground.value
