"""What the registry refuses, for both stores: people read these sentences after an import."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice

_NAMED = 5
"""Ids named in one sentence; a file with a wrong column would name them all."""


class RegistryRefused(Exception):
    """Nothing was written, for the reason given: a reference to something unknown, or a plate on two lifts."""


def refuse_unknown(what: str, wanted: Iterable[str | None], known: Collection[str]) -> None:
    """Raise RegistryRefused if any id wanted is not known; None refers to nothing."""
    unknown = sorted({name for name in wanted if name is not None and name not in known})
    if unknown:
        raise RegistryRefused(f"no such {what} is registered: {_listed(unknown)}")


def refuse_shared_codes(shared: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Raise RegistryRefused if any rescue code is on several lifts."""
    sentences = [f"rescue code {code} is on lifts {_listed(lift_ids)}" for code, lift_ids in islice(shared, 3)]
    if sentences:
        raise RegistryRefused("; ".join(sentences))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
