"""By what a report is divided, as people write it: groupings with commas between them, or `all`."""

from __future__ import annotations

from rescue.reports.figures import Group

ALL = "all"
GROUPS = tuple(group for group in Group if group is not Group.TOTAL)


class BadGroup(Exception):
    """There is no such grouping; the message says which there are."""


def read_groups(text: str) -> tuple[Group, ...]:
    """The groupings named, each once, in their order; none of nothing. Raises BadGroup."""
    names = list(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))
    unknown = [name for name in names if name not in {ALL, *GROUPS}]
    if unknown:
        raise BadGroup(f"'{unknown[0][:40]}' is no grouping; there are {', '.join((*GROUPS, ALL))}")
    return GROUPS if ALL in names else tuple(Group(name) for name in names)
