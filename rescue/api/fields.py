"""The kinds of value that requests are made of, each with its limits: strict, so that a slip is said and not guessed.

Every limit here is published in the OpenAPI document. None of them knows what a request is for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from rescue.causes import CAUSES


def _without_nul(text: str) -> str:
    # PostgreSQL has no text with a NUL in it.
    if "\x00" in text:
        raise ValueError("must not contain U+0000")
    return text


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie within the years 1 to 9999") from None


def _known_cause(code: str) -> str:
    if code not in CAUSES:
        raise ValueError("is no cause that a case is filed under; GET /api/v1/causes lists them")
    return code


Text = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True), AfterValidator(_without_nul)]
"""Free text of a person, or nothing."""
Said = Annotated[Text, Field(min_length=1)]
"""Free text that must not be missing."""
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_without_nul)
]
"""A name or an id."""
AreaCode = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
"""GB/T 2260."""
CauseCode = Annotated[str, AfterValidator(_known_cause), Field(json_schema_extra={"enum": list(CAUSES)})]
"""Of the list at `/api/v1/causes`."""
Count = Annotated[int, Field(ge=0, le=1000)]
"""People."""
Counter = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A version or an attempt."""
Duration = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
"""Seconds."""
HoldS = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]
"""Seconds in which something may be undone."""
When = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An instant: RFC 3339 with its offset."""
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""The running number of a row, as a cursor quotes it."""


class Body(BaseModel):
    """What a request says; a field that we do not know is a slip of the sender's."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Form(Body):
    """What a page's form sends, as text; what a browser or a link adds of its own is left aside."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Paged(Body):
    """The part of a list that is asked for: at most `limit` items after `cursor`, the `next` of the page before."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: Number | None = None


class PagedByName(Body):
    """The same for a list in the order of its ids."""

    limit: int = Field(default=200, ge=1, le=1000)
    cursor: Name | None = None
