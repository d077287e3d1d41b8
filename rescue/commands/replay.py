"""`rescue replay`: a case's recorded decisions, decided again."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from rescue.clock import SystemClock
from rescue.commands.common import DATA, DataDir, fail, with_store
from rescue.lift_rules import tracker_rules
from rescue.replay import changed_rules, judge_timeline
from rescue.replay import replay as replay_recording
from rescue.retelling import Case, show_case, write_case
from rescue.settings import Settings
from rescue.store.black_boxes import PostgresBlackBoxes
from rescue.store.postgres import PostgresStore
from rescue.timeline import first_break


def replay(
    incident: Annotated[str, typer.Argument(help="The case's number or id.")],
    messages: Annotated[bool, typer.Option("--messages", help="Show what the lift said in its last minutes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    data_dir: DataDir = DATA,
) -> None:
    """Decide a case's recorded messages again, and say whether the tracker finds what it found; if not, exit with 1."""
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
    if not recordings:
        fail(f"no recording is stored with case {name}")
    replayed = [replay_recording(recording) for recording in recordings]
    timeline = await store.timeline_of(incident.incident_id)
    return Case(
        incident=incident,
        replayed=replayed,
        judged=judge_timeline(timeline, replayed),
        rules=changed_rules(recordings[-1].rules, tracker_rules(Settings(), SystemClock().now())),
        first_break=first_break(timeline),
    )
