"""What must be so at the end of every script, whatever it is about.

The script spoke of every offer and every call to the last level; nobody was told anything twice; every message was
acknowledged; the auditor finds nothing, every timeline is whole, and every decision comes out the same again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from rescue.decisions.decided_again import decide_again
from rescue.decisions.records import LeftOut
from rescue.store.auditing import PostgresAuditing
from rescue.store.decisions import PostgresDecisions
from rescue.timeline import first_break
from rescue.watch.auditor import Auditor
from tests.scripts.house import House
from tests.scripts.post import OFFERED
from tests.scripts.stage import Stage

ROUNDS = 2
"""A finding counts when it is still so a round later."""


def demand_clean_end(stage: Stage) -> None:
    """Fails the script unless all of it is so."""
    house = stage.house
    _demand(stage, "no offer but those the script speaks of", _unforeseen_offers(stage))
    _demand(stage, "no call to the last level but those the script speaks of", _unforeseen_calls(stage))
    _demand(stage, "no company is told the same twice", _letters_told_twice(stage))
    _demand(stage, "no passenger is told the same twice", _notices_told_twice(stage))
    _demand(stage, "every message is acknowledged", [str(receipt) for receipt in house.unacknowledged])
    _demand(stage, "the desk decides whatever it is told", _faults(house))
    _demand(stage, "the auditor finds nothing", stage.run(_findings(house)))
    _demand(stage, "the past comes out the same again", stage.run(_differences(stage)))


def _demand(stage: Stage, wish: str, but: Sequence[str]) -> None:
    if but:
        stage.fail(f"at the end: {wish}", "; ".join(but))


def _unforeseen_offers(stage: Stage) -> list[str]:
    return [str(one) for one in stage.post.letters if one.type == OFFERED and not one.was_expected]


def _unforeseen_calls(stage: Stage) -> list[str]:
    called = stage.calls_asked_for
    return [f"of case {one['number']}" for one in stage.cases() if one["handover"] and one["id"] not in called]


def _letters_told_twice(stage: Stage) -> list[str]:
    by_id = Counter((one.company_id, one.endpoint, one.id) for one in stage.post.letters)
    by_words = Counter((one.company_id, one.endpoint, one.words) for one in stage.post.letters)
    return [f"{company_id}: {what}" for (company_id, _, what), times in (by_id + by_words).items() if times > 1]


def _notices_told_twice(stage: Stage) -> list[str]:
    """Nothing else having been said to them in between: what was true again later may be said again."""
    notices = [told for told in stage.told_lifts if told.channel == "notice"]
    by_lift = sorted(notices, key=lambda told: told.lift_id)
    return [
        f"{told.lift_id}: {told.payload}"
        for before, told in pairwise(by_lift)
        if (before.lift_id, before.payload) == (told.lift_id, told.payload)
    ]


def _faults(house: House) -> list[str]:
    counts = house.desk.counts
    return [f"it failed {counts.faults} times and gave up {counts.set_aside}"] * bool(counts.faults + counts.set_aside)


async def _findings(house: House) -> list[str]:
    store = PostgresAuditing(house.store.url)
    auditor = Auditor(store, house.desk, house.clock, every_s=1)
    for _ in range(ROUNDS):
        await auditor.go_round()
    store.close()
    return [*auditor.reasons(), *(["it could not look"] * bool(auditor.failed))]


async def _differences(stage: Stage) -> list[str]:
    """What of the past is not as it was written down, or would be decided otherwise now."""
    store = stage.house.store
    found: list[str] = []
    for incident_id in stage.case_ids:
        timeline = await store.timeline_of(incident_id)
        found += [f"the timeline of {incident_id} is broken"] * (first_break(timeline) is not None)
        kept = await PostgresDecisions(store.url, store.pool).decisions_of(incident_id)
        found += [f"a decision on {incident_id} was not kept"] * (not kept)
        for one in kept:
            found += [one.reason] if isinstance(one, LeftOut) else decide_again(one, timeline).differences
    return found
