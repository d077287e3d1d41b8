"""Which stage the words of a script speak on, and what is common to all of them.

Scripts name no stage, so that they read as they are told; the fixture of the scripts says which one it is.
"""

from __future__ import annotations

from typing import Any

from tests.integration.centre import Answer
from tests.scripts.post import Letter
from tests.scripts.stage import Stage
from tests.scripts.story import Way, window

Window = tuple[float, float] | None
"""From second to second of the script; None: by now."""


class Scene:
    """What the words must remember between them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.holding: dict[tuple[str, str], Letter] = {}
        """The offer a company was expected to get last, by company and lift."""
        self.seen: dict[tuple[str, str], int] = {}
        """The version of a case that somebody looked at, by role and lift."""


_playing: list[Scene] = []


def begin(playing: Stage) -> None:
    """The words speak on this stage from now on."""
    _playing[:] = [Scene(playing)]


def scene() -> Scene:
    """The scene of the script that is being played."""
    assert _playing, "no script is being played"
    return _playing[0]


def stage() -> Stage:
    """Its stage."""
    return scene().stage


def when(between: Window) -> str:
    """The end of a wish, for a person."""
    return f" {window(between)}" if between else ""


def request(who: str, role: str, deed: str, method: str, path: str, said: Any = None, **fate: Any) -> Answer:
    """Say it over HTTP, tell it in the story, and demand that it is taken, or refused as it should be.

    With `refused=409` it must be refused so, and with `because` for a reason that holds these words.
    """
    stage().tell(who, Way.IN, deed)
    answer = stage().ask(role, method, path, said)
    if answer.status >= 400:
        stage().tell(who, Way.REFUSED, f"{answer.status}: {_reason(answer)}")
    _judge(f"{who} {deed}", answer, **fate)
    return answer


def _judge(deed: str, answer: Answer, refused: int | None = None, because: str = "") -> None:
    is_so = answer.status == refused if refused else answer.status in (200, 201)
    if not is_so:
        stage().fail(f"{deed}: {f'refused with {refused}' if refused else 'taken'}", f"the answer was {answer.status}")
    if because not in _reason(answer):
        stage().fail(f"{deed}: refused because “{because}”", _reason(answer))


def _reason(answer: Answer) -> str:
    body = answer.body if "json" in answer.content_type else {}
    return str(body.get("detail", answer.text[:200]))
