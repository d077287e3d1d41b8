"""How many lifts there are, and in which state: counted at once, or slice by slice beside what is more urgent.

All lifts of a city at once would keep the event loop from everything else. Must not know who asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

from devices.conditions import holding
from devices.links import is_late
from devices.slot import LiftSlot, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many lifts are registered, heard or not, and hold people or are faulty as far as we know."""

    lifts: int = 0
    online: int = 0
    offline: int = 0
    unheard: int = 0
    late: int = 0
    entrapments: int = 0
    faulty: int = 0
    """With anything wrong."""
    unknown_codes: int = 0
    """Codes raised now that no profile knows."""
    never_tested: int = 0
    """Of which no test call was ever heard."""

    def __add__(self, more: Counts) -> Counts:
        """The counts of both."""
        others = asdict(more)
        return Counts(**{name: count + others[name] for name, count in asdict(self).items()})


def count(slots: Sequence[LiftSlot], now: float, rules: Rules) -> Counts:
    """Look at all of these."""
    online = sum(1 for slot in slots if slot.online)
    unheard = sum(1 for slot in slots if slot.online is None)
    wrong = [held for slot in slots if slot.conditions and (held := holding(slot))]
    return Counts(
        lifts=len(slots),
        online=online,
        offline=len(slots) - online - unheard,
        unheard=unheard,
        late=sum(1 for slot in slots if is_late(slot, now, rules)),
        entrapments=sum(1 for slot in slots if slot.found),
        faulty=len(wrong),
        unknown_codes=sum(1 for held in wrong for condition in held if condition.fault is None),
        never_tested=sum(1 for slot in slots if slot.test_call_at is None),
    )


def count_in_slices(slots: Iterable[LiftSlot], now: float, rules: Rules, at_once: int) -> Iterator[Counts]:
    """The counts so far, after each slice; the last are those of all."""
    rest, so_far = iter(list(slots)), Counts()
    while slice_ := list(islice(rest, at_once)):
        so_far += count(slice_, now, rules)
        yield so_far
