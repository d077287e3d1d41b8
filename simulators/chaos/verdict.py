"""What lifts and people saw, held against what the service says in the end: the figures, and what is wrong.

Pure: it is given the ledger and the service's lists as published, and judges. It must not know what was done to whom.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulators.chaos.ledger import Alarm, Ledger

FINAL = frozenset({"closed", "stood_down", "false_alarm"})
AFTER_ACCEPTANCE = frozenset({"accepted", "en_route", "on_scene", "released"})
CONFIRMED = "assignment.confirmed"
OFFERED = "assignment.offered"

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the service says when all is quiet again."""

    incidents: Sequence[Record]
    assignments: Sequence[Record]
    offline: int
    """Lifts that it thinks it does not hear, though all of them speak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`figures` as published; `findings` say of each thing that is wrong what and where."""

    figures: Mapping[str, int]
    findings: Sequence[str]


def judge(ledger: Ledger, account: Account) -> Verdict:
    """Is everything there, once?"""
    found = {name: tuple(look(ledger, account)) for name, look in _LOOKS.items()}
    figures = {
        "alarms": len(ledger.raised),
        "cases": sum(case["kind"] == "entrapment" for case in account.incidents),
        **{name: len(findings) for name, findings in found.items()},
        "repeated": ledger.repeats,
        "notices_repeated": sum(times - 1 for times in ledger.notices.values()),
    }
    return Verdict(figures=figures, findings=[f"{name}: {one}" for name, several in found.items() for one in several])


def _cases_of(account: Account) -> Mapping[Alarm, Sequence[Record]]:
    cases: dict[Alarm, list[Record]] = defaultdict(list)
    for case in account.incidents:
        for number in {alarm["number"] for alarm in case["alarms"]}:
            cases[Alarm(case["lift"]["lift_id"], number)].append(case)
    return cases


def _lost(ledger: Ledger, account: Account) -> Iterator[str]:
    """Acknowledged, and no case has it."""
    cases = _cases_of(account)
    yield from (f"alarm {a.number} of {a.lift_id}" for a in ledger.acknowledged if not cases.get(a))


def _duplicated(_ledger: Ledger, account: Account) -> Iterator[str]:
    """One alarm in several cases, or a case of people trapped that no alarm of ours belongs to."""
    for alarm, cases in _cases_of(account).items():
        if len(cases) > 1:
            yield f"alarm {alarm.number} of {alarm.lift_id} is in cases {_numbers(cases)}"
    for case in account.incidents:
        if case["kind"] == "entrapment" and not case["alarms"]:
            yield f"case {case['number']} of {case['lift']['lift_id']} has no alarm: {case['evidence']['reasons']}"


def _false_offline(_ledger: Ledger, account: Account) -> Iterator[str]:
    """Cases of lost links, though no lift was away for so long; and lifts not heard at the end."""
    lost = [case for case in account.incidents if case["kind"] == "link_lost"]
    yield from (f"case {case['number']}" for case in lost)
    yield from ("a lift that speaks is called off line" for _ in range(account.offline))


def _unacknowledged(ledger: Ledger, _account: Account) -> Iterator[str]:
    yield from (f"alarm {a.number} of {a.lift_id}" for a in ledger.raised if a not in ledger.acknowledged)


def _undelivered(ledger: Ledger, account: Account) -> Iterator[str]:
    """Accepted, in the service's book or in the company's, and one of them does not know."""
    stands = {one["id"] for one in account.assignments if one["accepted_at"]}
    yield from (f"{id_} was accepted, and the service does not know" for id_ in ledger.accepted - stands)
    for id_ in stands:
        yield from (f"no {type_} of {id_} came" for type_ in (OFFERED, CONFIRMED) if not ledger.was_told(type_, id_))


def _announced_twice(ledger: Ledger, _account: Account) -> Iterator[str]:
    yield from (f"{told.type} of {told.subject} to {told.company_id}" for told in ledger.announced_twice)


def _unclosed(ledger: Ledger, account: Account) -> Iterator[str]:
    for case in account.incidents:
        if case["status"] not in FINAL:
            said = ledger.too_late.get(case["assignment"]["id"], "") if case["assignment"] else ""
            yield f"case {case['number']} is {case['status']}, deadlines {case['deadlines']} {said}".rstrip()


def _shared(_ledger: Ledger, account: Account) -> Iterator[str]:
    """A crew that has two things to do at once."""
    holds = Counter(one["crew_id"] for one in account.assignments if one["status"] in AFTER_ACCEPTANCE - {"released"})
    yield from (f"crew {crew_id} has {times} assignments" for crew_id, times in holds.items() if times > 1)


def _refused(ledger: Ledger, _account: Account) -> Iterator[str]:
    """A right request met with a 4xx that did not say that it came too late."""
    yield from ledger.refused


def _numbers(cases: Sequence[Record]) -> str:
    return ", ".join(str(case["number"]) for case in cases)


_LOOKS = {
    "lost": _lost,
    "duplicated": _duplicated,
    "false_offline": _false_offline,
    "unacknowledged": _unacknowledged,
    "undelivered": _undelivered,
    "announced_twice": _announced_twice,
    "unclosed": _unclosed,
    "double_booked": _shared,
    "refused": _refused,
}
"""By the name of the figure: each yields a line for everything that is wrong."""
