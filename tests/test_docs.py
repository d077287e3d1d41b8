"""What the docs say is what the code says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rescue.cli import app
from rescue.incident import FINAL, TRANSITIONS, Status

ROOT = Path(__file__).parent.parent
STATES = ROOT / "docs" / "incident-states.md"


# --- the statuses of a case


def test_the_diagram_of_the_statuses_is_what_the_table_generates() -> None:
    drawn = subprocess.run(
        [sys.executable, ROOT / "tools" / "draw-transitions"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert STATES.read_text("utf-8") == drawn, "run: .venv/bin/python tools/draw-transitions > docs/incident-states.md"


def test_every_transition_is_an_arrow_of_the_diagram_and_every_arrow_a_transition() -> None:
    arrows = re.findall(r"^    (\w+) --> (\w+): (.+)$", STATES.read_text("utf-8"), re.MULTILINE)
    drawn = {(start, signal): end for start, end, signals in arrows for signal in signals.split(", ")}
    assert drawn == {(str(start), str(signal)): str(end) for (start, signal), end in TRANSITIONS.items()}


def test_the_diagram_begins_with_open_and_ends_with_the_final_statuses() -> None:
    page = STATES.read_text("utf-8")
    assert re.findall(r"\[\*\] --> (\w+)", page) == [Status.OPEN]
    assert set(re.findall(r"(\w+) --> \[\*\]", page)) == FINAL


# --- settings, commands and links


def test_the_settings_reference_is_what_the_settings_are() -> None:
    listed = subprocess.run(
        [sys.executable, ROOT / "tools" / "list-settings"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert page == listed, "run: .venv/bin/python tools/list-settings > docs/settings.md"


def test_the_tables_of_the_profiles_are_what_their_files_say() -> None:
    listed = subprocess.run(
        [sys.executable, ROOT / "tools" / "list-profiles"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert listed.count("\n") > 30
    page = (ROOT / "docs" / "profiles.md").read_text("utf-8")
    assert listed in page, "run: .venv/bin/python tools/list-profiles --write"


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")), ids=lambda p: p.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_command_that_the_docs_name_exists() -> None:
    pages = "".join(page.read_text("utf-8") for page in (ROOT / "README.md", ROOT / "docs" / "contract.md"))
    named = set(re.findall(r"`(?:\.venv/bin/)?rescue ([a-z]+)(?: (add))?", pages))
    assert named
    for words in named:
        # In this process: what it is to be a process of its own, other tests show.
        done = CliRunner().invoke(app, [*filter(None, words), "--help"])
        assert done.exit_code == 0, done.output
