"""What really happened, written down by the world itself and never sent to anybody.

An entrapment lasts from the instant at which the car stopped with people inside, or at which its door should have
opened, until a door is open at a landing. Only the people's way out counts: restart attempts, a crew at work and a
car levelled behind a shut door are all part of it. Instants are POSIX seconds of the world's own time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Where people could not get out, when it began."""

    BETWEEN_LANDINGS = "between landings"
    AT_LANDING = "at a landing"


class Trouble(StrEnum):
    """What else was wrong with a lift."""

    BREAKDOWN = "breakdown"
    """It does not go, and nobody is inside."""
    PRESENCE_STUCK = "presence sensor stuck"
    PRESENCE_FLAPPING = "presence sensor flapping"
    DOOR_BLOCKED = "door blocked"
    """The door cannot close, and people walk in and out."""
    MAINS_LOST = "mains lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrapment:
    """People could not get out."""

    lift_id: str
    scene: str
    kind: Kind
    people: int
    since: float
    stood_since: float
    """Since when the car stood where it ended, but for failed attempts to start: the same as `since`, unless it ran on
    to a landing and its door did not open there."""
    until: float
    went_on_at: float
    """When the car set off on the run that ended it; where it did not have to run, the same as `until`."""
    pressed: bool
    """Whether they pressed the alarm button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something else was wrong."""

    lift_id: str
    scene: str
    trouble: Trouble
    since: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """All of one lift's life, in order of its beginnings."""

    entrapments: tuple[Entrapment, ...]
    faults: tuple[Fault, ...]


class Notebook:
    """The world's own record of one lift while it lives."""

    __slots__ = ("_begun", "_entrapments", "_faults", "_lift_id", "_open_faults", "_pressed",
                 "_stood_since", "_went_on_at", "scene")  # fmt: skip

    def __init__(self, lift_id: str) -> None:
        self._lift_id = lift_id
        self._begun: tuple[Kind, int, float, str] | None = None
        self._pressed = False
        self._stood_since = 0.0
        self._went_on_at: float | None = None
        self._entrapments: list[Entrapment] = []
        self._faults: list[Fault] = []
        self._open_faults: dict[Trouble, tuple[float, str]] = {}
        self.scene = "birth"

    @property
    def trapped(self) -> Kind | None:
        """Whether people are trapped now, and where that began."""
        return self._begun[0] if self._begun else None

    def begin(self, kind: Kind, people: int, at: float) -> None:
        """People cannot get out from now on; if they could not before, that goes on."""
        if self._begun is None:
            self._begun, self._pressed = (kind, people, at, self.scene), False
            self._stood_since, self._went_on_at = at, None

    def press(self) -> None:
        """Somebody pressed the button."""
        self._pressed = True

    def go_on(self, at: float) -> None:
        """The car runs; whether that ends it, is to be seen."""
        self._went_on_at = at

    def stand_again(self) -> None:
        """It did not end it."""
        self._went_on_at = None

    def stand_for_good(self, at: float) -> None:
        """It ran to a landing, and that did not end it either."""
        self._stood_since, self._went_on_at = at, None

    def end(self, at: float) -> None:
        """A door is open at a landing."""
        if self._begun is None:
            return
        (kind, people, since, scene), self._begun = self._begun, None
        self._entrapments.append(
            Entrapment(
                lift_id=self._lift_id,
                scene=scene,
                kind=kind,
                people=people,
                since=since,
                stood_since=self._stood_since,
                until=at,
                went_on_at=at if self._went_on_at is None else self._went_on_at,
                pressed=self._pressed,
            )
        )

    def begin_fault(self, trouble: Trouble, at: float) -> None:
        """Something else is wrong from now on."""
        self._open_faults.setdefault(trouble, (at, self.scene))

    def end_fault(self, trouble: Trouble, at: float) -> None:
        """It is put right, if it was wrong."""
        if trouble in self._open_faults:
            since, scene = self._open_faults.pop(trouble)
            self._faults.append(Fault(lift_id=self._lift_id, scene=scene, trouble=trouble, since=since, until=at))

    def close(self, at: float) -> Truth:
        """The life is over; what still lasts, lasted until now."""
        self.end(at)
        for trouble in tuple(self._open_faults):
            self.end_fault(trouble, at)
        faults = sorted(self._faults, key=lambda fault: fault.since)
        return Truth(entrapments=tuple(self._entrapments), faults=tuple(faults))
