"""`rescue replay`: a case's recorded decisions, decided again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from rescue.black_box.recording import Recording
from rescue.black_box.replay import changed_rules, judge_timeline
from rescue.black_box.replay import replay as replay_recording
from rescue.black_box.retelling import Case, RuleChanges, show_case, write_case
from rescue.clock import SystemClock
from rescue.commands.common import DATA, DataDir, fail, with_store
from rescue.decisions.decided_again import decide_again
from rescue.decisions.records import LeftOut
from rescue.hearing.lift_rules import tracker_rules
from rescue.settings import Settings
from rescue.store.black_boxes import PostgresBlackBoxes
from rescue.store.decisions import PostgresDecisions
from rescue.store.postgres import PostgresStore
from rescue.timeline import first_break


def replay(
    incident: Annotated[str, typer.Argument(help="The case's number or id.")],
    messages: Annotated[bool, typer.Option("--messages", help="Show what the lift said in its last minutes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    data_dir: DataDir = DATA,
) -> None:
    """Decide a case again, what the tracker found and what the desk did, and say whether all is the same; or exit 1."""
    case = with_store(data_dir, lambda store: _replay_case(store, incident))
    if as_json:
        typer.echo(json.dumps(write_case(case, with_messages=messages), ensure_ascii=False))
    else:
        show_case(Console(markup=False, highlight=False, soft_wrap=True), case, with_messages=messages)
    if not case.same:
        raise typer.Exit(1)


async def _replay_case(store: PostgresStore, name: str) -> Case:
    boxes = PostgresBlackBoxes(store.url, store.pool)
    incident_id = await boxes.find_incident_id(name)
    incident = await store.find_incident(incident_id) if incident_id else None
    if incident is None:
        fail(f"there is no case {name}")
    recordings = await boxes.recordings_of(incident.incident_id)
    kept = await PostgresDecisions(store.url, store.pool).decisions_of(incident.incident_id)
    if not recordings and not kept:
        fail(f"neither a recording nor a decision is kept of case {name}")
    replayed = [replay_recording(recording) for recording in recordings]
    timeline = await store.timeline_of(incident.incident_id)
    return Case(
        incident=incident,
        replayed=replayed,
        judged=judge_timeline(timeline, replayed),
        decided=[one if isinstance(one, LeftOut) else decide_again(one, timeline) for one in kept],
        rules=_changed_rules(recordings),
        first_break=first_break(timeline),
    )


def _changed_rules(recordings: Sequence[Recording]) -> RuleChanges:
    """Rules of the tracker that are others now."""
    now = tracker_rules(Settings(), SystemClock().now())
    return changed_rules(recordings[-1].rules, now) if recordings else {}
