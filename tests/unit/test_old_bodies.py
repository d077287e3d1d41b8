"""A case is kept whole as JSON: one that was saved before we thought of a field is read all the same."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields

import pytest

from rescue.desk.board import Decision, Outcome, Verdict
from rescue.incident import Incident
from rescue.store.rows import decision_row, read_incident, read_incidents
from rescue.store.rows import to_json as written
from tests.unit.a_case import INCIDENT

OPTIONAL = [one for one in fields(Incident) if one.default is not MISSING or one.default_factory is not MISSING]


def body() -> dict[str, object]:
    """A case as the database has it."""
    decision = Decision(outcome=Outcome(verdict=Verdict.DONE), incidents={INCIDENT.incident_id: INCIDENT})
    (case,) = json.loads(decision_row(decision, [])[0])
    return case  # type: ignore[no-any-return]


def test_what_was_saved_is_read_as_it_was() -> None:
    assert read_incidents(written([body()])) == [INCIDENT]


@pytest.mark.parametrize("field", OPTIONAL, ids=lambda field: field.name)
def test_a_field_that_an_old_case_lacks_has_its_default(field) -> None:  # type: ignore[no-untyped-def]
    old = {name: value for name, value in body().items() if name != field.name}
    default = field.default if field.default is not MISSING else field.default_factory()
    assert getattr(read_incident(written(old)), field.name) == default


def test_a_case_of_the_first_version_lacks_all_of_them() -> None:
    first = {"comforted_at", "comforts_missed", "follows_id", "merged_into_id", "late_entries", "is_inferred"}
    old = {name: value for name, value in body().items() if name not in first}
    assert read_incident(written(old)) == INCIDENT
