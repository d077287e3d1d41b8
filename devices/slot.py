"""One lift's state, and the rules by which it is read. Data only: `tracker` says who may change what.

There are 120,000 of these in one process, so a slot is changed in place and keeps nothing that can be told from the
rest. Instants are ours (POSIX seconds); NEVER is a deadline that does not exist, NONE_YET a number not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from devices.faults import Fault
from devices.messages import Area, CarDirection, Evidence, LiftId, RawFault, Status
from devices.pictures import Button, Situation

NEVER = inf
NONE_YET = (-1, -1)
SPREADS = 2_654_435_761
"""A multiplier that scatters neighbouring numbers (Knuth's)."""
NO_FAULTS: Mapping[Fault, str] = {}
MessageName = tuple[int, int]
"""(boot, seq) of a message, or (boot, number) of an alarm: unique within a lift, and ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is configuration: seconds, by our clock."""

    trapped_after_s: float = 30.0
    """T: how long the signs must last (common practice of monitoring devices); a lift may have its own."""
    shut_in_after_s: float = 300.0
    """No way out for so long, moving or not, is worth asking: no ride between two landings takes five minutes."""
    settles_after_s: float = 15.0
    """Signs that are away for less are not gone: a zone switch that flickers, a car that tries to start again."""
    button_held_s: float = 3.0
    """A press this long is meant (misuse filter of EN 81-28 equipment)."""

    report_period_s: float = 60.0
    """The slowest a healthy lift reports."""
    missed_reports: int = 3
    """Off line after so many."""
    link_grace_s: float = 90.0
    """A connection that is back so soon was not lost: a reconnect storm is not news."""
    link_lost_after_s: float = 3600.0
    """Off line for so long, somebody should look (practice of deployed platforms)."""
    restart_grace_s: float = 60.0
    """More patience with a lift's first silence after we began to listen; spread over twice this."""
    restored_grace_s: float = 20.0
    """After our restart a stored suspicion waits so long for the lift's own word before it counts."""
    replaced_after_s: float = 30.0
    """A lower boot that rises this long is a new controller."""

    test_call_every_s: float = 72 * 3600.0
    """EN 81-28: at least every three days."""
    test_call_grace_s: float = 3600.0

    flap_raises: int = 4
    """A fault raised so often within `flap_window_s` flaps."""
    flap_window_s: float = 600.0
    flood_messages: int = 400
    """More from one lift within `flood_window_s` are left out, but for its alarms."""
    flood_window_s: float = 10.0

    utc_offset_s: float = 8 * 3600.0
    """The centre's local time, for the hours in which a lift is usually busy."""


class Rival(NamedTuple):
    """A line of messages below the one we follow: late news, or a new controller."""

    boot: int
    seq: int
    since: float


@dataclass(slots=True, kw_only=True)
class Condition:
    """One thing that is wrong with a lift, or was within the flap window."""

    fault: Fault | None
    raw: RawFault | None
    """The code that told of it; None: inferred."""
    since: float
    reported_at: float | None
    reasons: tuple[str, ...]
    origin: str = ""
    """The message that told of it, empty for one that no message did."""
    holds: bool = True
    raised_at: tuple[float, ...] = ()
    """The last few times it was raised."""
    is_flapping: bool = False
    is_ours: bool = False
    """We found it ourselves, by no status: it holds until we take it back, whatever codes come and go."""


@dataclass(slots=True, kw_only=True)
class Motion:
    """What must be remembered of the car from status to status to infer faults."""

    seen_at: float = 0.0
    """When the last status came."""
    here_since: float = 0.0
    """Since when it has stood where it is."""
    ran_since: float | None = None
    """Since when it has been seen running, report upon report."""
    bound: CarDirection = CarDirection.NONE
    """Which way it runs, or ran last."""
    passed: float | None = None
    """The landing in whose door zone it was last seen on this run."""
    beyond: CarDirection = CarDirection.NONE
    """Past which end it stands, if past one."""

    floor: float | None = None
    """Where it is, if its label is a number."""
    lowest: float | None = None
    highest: float | None = None
    """The floors it was ever seen at, from end to end."""
    is_numbered: bool = True
    """No landing was seen whose label is no number: only then are those two the ends."""

    door_since: float = 0.0
    """Since when the door has been as it is."""
    open_since: float | None = None
    """Since when it has not been shut."""
    openings: int = 0
    """How often it has opened at this stop, one soon after the other, and when last."""
    opened_at: float = 0.0
    left_open_at: float | None = None
    """When the car left the door zone with its door open and stayed so."""

    inside_since: float | None = None
    """Since when the sensor has seen somebody without a break, and how many times the door was open meanwhile."""
    inside_openings: int = 0
    same_reports: int = 0
    """How many statuses in a row have said the very same of a car that runs, and since when."""
    same_since: float = 0.0


@dataclass(slots=True, kw_only=True)
class LiftSlot:
    """One lift's state."""

    lift_id: LiftId
    area: Area
    profile: str | None = None
    trapped_after_s: float | None = None
    """T of this lift, None for the rules' own."""
    rated_speed_mps: float | None = None
    must_test: bool = False
    """Held to test calls even before its first one."""

    status: Status | None = None
    status_at: float = 0.0
    faults: tuple[RawFault, ...] = ()
    boot: int = -1
    seq: int = -1
    fault_seq: int = -1
    """Of the last fault report: whichever is newer, it or the status, knows the faults."""
    rival: Rival | None = None

    situation: Situation = Situation.UNKNOWN
    motion: Motion = field(default_factory=Motion)
    inferred: Mapping[Fault, str] = field(default_factory=lambda: NO_FAULTS)
    """The faults that the last status shows without a code, each with its reason."""
    conditions: Mapping[str, Condition] | None = None
    """By `conditions.key_of`; None for nothing wrong, now or lately."""

    online: bool | None = None
    """None: never heard."""
    heard_at: float = 0.0
    quiet_by: float = NEVER
    link: tuple[int, bool] | None = None
    lost_at: float = 0.0
    lost_by: float = NEVER
    """When its being off line is told next."""
    is_lost: bool = False
    """We have told that it is off line."""

    skew_s: float | None = None
    """How far the lift's clock is ahead of ours, as well as we know."""
    skew_doubted_at: float | None = None
    """Since when every report has been far off that."""
    clock_jumps: int = 0

    door_called: MessageName | None = None
    """The door was seen opening at this stop, in this message, and not open since."""
    seen_inside: MessageName | None = None
    """Someone was, since the doors were last open; the message that told."""
    openings_in_vain: int = 0
    """How often it was seen opening at this stop without having been open."""
    is_opening_doubtful: bool = False
    """Messages since then are missing: the door may have been open meanwhile."""
    called_since: float = 0.0
    """When it was first seen opening at this stop."""
    was_between: bool = False
    """On this ride the car stood between landings, and its door has not been open since."""
    rode_inside: bool = False
    """Someone was while the car ran, and the door has not opened since."""
    shut_in_since: float | None = None
    shut_in_by: float = NEVER

    since: float | None = None
    """Since when people may be trapped."""
    moved_from: str = ""
    """Where it stood stuck before it stood where it does, if nobody saw it move."""
    has_moved: bool = False
    """It was seen moving since."""
    trapped_by: float = NEVER
    """When they count as trapped unless the signs go; or, while the signs are away, when these count as gone."""
    doubted_at: float | None = None
    """Since when the signs are away, but not yet for good."""
    found: Evidence | None = None
    found_since: float = 0.0

    open_alarm: MessageName = NONE_YET
    """(boot, number) of the alarm raised and not ended."""
    ended_alarm: MessageName = NONE_YET
    button: Button = Button.UNTOUCHED
    """Pressed since the car last stood levelled with its door open: an alarm nobody ended is no sign for ever."""
    is_pressed: bool = False
    """The press had no number."""
    pressed_by: str = ""
    """The message that told of the press, for people."""
    last_press: MessageName = NONE_YET
    test_call: MessageName = NONE_YET
    test_call_at: float | None = None
    test_by: float = NEVER
    is_test_overdue: bool = False

    habit: bytearray | None = None
    """For each hour of the day, whether it moved in it on the last eight days, a bit a day; None: too young."""
    habit_at: float = 0.0
    """When its last status was noted for that."""
    is_whole_hour: bool = False
    """This hour we have heard it throughout, and in service."""
    moved_this_hour: bool = False
    idle_hours: int = 0
    """Usually busy hours in a row in which it did not move."""

    window_at: float = 0.0
    window_count: int = 0

    is_restored: bool = False
    """Brought back from what was stored, and not heard since."""
    is_touched: bool = False
    """Something changed that must outlive a restart."""
    stored_state: int = 0
    """Hash of what was last handed out to be stored, as far as it matters."""
    queued_by: float = NEVER
    """For the fleet: when its heap wakes this lift."""

    @property
    def spread(self) -> float:
        """From 0 to 1, another for each lift and always the same: what all do now and then is done by few at once."""
        return int.from_bytes(self.lift_id[-4:].encode()) * SPREADS % 2**32 / 2**32

    @property
    def wants_earlier(self) -> bool:
        """Some deadline is before the one that it is queued for: of nearly all messages none is."""
        by = self.queued_by
        return (
            self.quiet_by < by or self.trapped_by < by or self.shut_in_by < by or self.lost_by < by or self.test_by < by
        )

    @property
    def people_by(self) -> float:
        """The earliest of those that concern people."""
        return min(self.trapped_by, self.shut_in_by)

    @property
    def next_by(self) -> float:
        """The earliest of the lift's deadlines."""
        return min(self.trapped_by, self.quiet_by, self.lost_by, self.test_by, self.shut_in_by)
