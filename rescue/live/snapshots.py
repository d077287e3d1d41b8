"""A scene on its way to several clients: worded once, part by part, as the first of them needs it."""

from __future__ import annotations

from datetime import datetime

from rescue.live.changes import Scene
from rescue.live.messages import Lane
from rescue.live.wording import Wording


class SharedSnapshot:
    """The snapshots of one scene, worded as far as somebody has asked for them."""

    def __init__(self, wording: Wording, lane: Lane, scene: Scene, at: datetime) -> None:
        self.seq = scene.seq
        self.at = at
        self.parts = wording.parts(scene)
        self._rest = wording.snapshots(lane, scene)
        self._worded: list[bytes] = []

    def part(self, number: int) -> bytes:
        """The part of this number, from 0; asked for in their order."""
        while len(self._worded) <= number:
            self._worded.append(next(self._rest))
        return self._worded[number]
