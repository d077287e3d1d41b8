"""From when to when a report goes, as people write it: days of the centre's calendar, or instants with their offset."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=400)
"""A year and its neighbours: what takes the database a few seconds at most."""
MONTH = timedelta(days=365.25) / 12
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class BadSpan(Exception):
    """No report can be made of this; `field` is `from` or `to`, the message a sentence for a person."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """`until` is not part of it."""

    since: datetime
    until: datetime

    @property
    def months(self) -> float:
        """Its length."""
        return (self.until - self.since) / MONTH


def read_span(since: str, until: str, zone: ZoneInfo) -> Span:
    """The span between two texts; a day begins at midnight in `zone`. Raises BadSpan."""
    span = Span(since=_read("from", since, zone), until=_read("to", until, zone))
    if span.since > span.until:
        raise BadSpan("from", "must not be after `to`")
    if span.until - span.since > LONGEST:
        raise BadSpan("to", f"must be within {LONGEST.days} days of `from`: ask for the parts")
    return span


def _read(field: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        if _DAY.fullmatch(text):
            at = datetime.combine(date.fromisoformat(text), time(), zone)
        else:
            at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    example = "a day as 2026-03-01, or an instant as 2026-03-01T08:00:00Z (or with an offset, whose + a URL writes %2B)"
    raise BadSpan(field, f"'{text[:40]}' is not {example}")
