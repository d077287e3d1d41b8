"""Which faults of the world come together: each mix is a choice of scenes, a network, clocks and mishaps of a building.

People do the same in every mix; only what stands between them and the service differs. One scene in six or so is an
entrapment: a city has one in tens of thousands, so no share of these corpora is a share of the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from simulators.corpus.lift import Lift
from simulators.corpus.network import Network
from simulators.corpus.scenes import breakdowns, emergencies, entrapments, maintenance, service

Scene = Callable[[Lift, Random], None]
Weights = Mapping[Scene, float]

_SERVICE: Weights = {
    service.ordinary_rides: 14,
    service.rush_hour: 6,
    service.idle_night: 3,
    service.bed_transport: 2,
    service.door_held_open: 3,
    service.second_thoughts: 3,
    service.resting_with_someone_inside: 6,
    service.child_at_the_button: 2,
    service.impatient_press: 1,
    service.rubbish_in_the_sill: 3,
    service.slow_door: 3,
    service.long_stop_with_a_dull_zone_sensor: 1,
    service.nuisance_door_code: 2,
    service.parked_behind_a_shut_door: 4,
}
_TROUBLE: Weights = {
    maintenance.inspection_visit: 3,
    maintenance.inspection_switched_late: 1,
    maintenance.button_test: 1,
    maintenance.controller_work: 1,
    maintenance.homing_after_inspection: 1,
    breakdowns.empty_between_landings: 2,
    breakdowns.out_of_service_with_open_door: 2,
    breakdowns.out_of_service_shut: 2,
    emergencies.fire_return: 1,
    emergencies.earthquake: 1,
    emergencies.firefighters_aboard: 1,
    emergencies.waits_for_its_turn: 0.5,
}
_ENTRAPMENTS: Weights = {
    entrapments.stuck_in_silence: 2.5,
    entrapments.stuck_and_calling: 2.5,
    entrapments.stuck_and_pressing_briefly: 0.8,
    entrapments.stuck_with_a_failing_sensor: 0.8,
    entrapments.stuck_unseen: 0.4,
    entrapments.stuck_and_restless: 0.8,
    entrapments.stuck_for_long: 0.4,
    entrapments.stuck_for_a_breath: 0.8,
    entrapments.stuck_then_levelled_but_shut: 0.6,
    entrapments.shut_in_with_a_code: 1.5,
    entrapments.shut_in_without_a_code: 1.0,
    entrapments.door_opens_in_vain: 1.0,
    entrapments.door_stays_ajar: 1.0,
}
_FLAPS: Weights = {
    service.presence_sticks: 2,
    service.presence_flaps: 3,
    breakdowns.code_that_comes_and_goes: 2,
    entrapments.stuck_with_a_flickering_zone: 3,
    entrapments.stuck_with_a_code_that_comes_and_goes: 2,
    entrapments.shut_in_with_a_code_that_comes_and_goes: 2,
}
_RESTARTS: Weights = {
    service.controller_restarts_at_rest: 6,
    service.controller_restarts_under_way: 2,
    entrapments.stuck_through_restarts: 6,
}
_GOOD_NETWORK = Network()
_BAD_NETWORK = Network(delay_s=(0.02, 1.5), lost=0.2, doubled=0.1, overtaken=0.1)
_EVERYDAY: Weights = {**_SERVICE, **_TROUBLE, **_ENTRAPMENTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """One corpus: shares from 0 to 1."""

    name: str
    scenes: Weights = field(default_factory=lambda: _EVERYDAY)
    network: Network = _GOOD_NETWORK
    wrong_clocks: float = 0.0
    dark_buildings: float = 0.0
    """Where the power is cut once."""
    lost_links: float = 0.0
    """Buildings whose gateway loses its link, some of them again and again."""


MIXES = (
    Mix(name="clean"),
    Mix(name="lossy", network=_BAD_NETWORK),
    Mix(name="offline", network=Network(doubled=0.05), lost_links=1.0),
    Mix(name="skewed", network=Network(overtaken=0.05), wrong_clocks=1.0),
    Mix(name="restarts", scenes={**_EVERYDAY, **_RESTARTS}),
    Mix(name="flaps", scenes={**_EVERYDAY, **_FLAPS}),
    Mix(name="dark", dark_buildings=1.0),
    Mix(
        name="everything",
        scenes={**_EVERYDAY, **_RESTARTS, **_FLAPS},
        network=_BAD_NETWORK,
        wrong_clocks=0.5,
        dark_buildings=0.3,
        lost_links=0.4,
    ),
)
