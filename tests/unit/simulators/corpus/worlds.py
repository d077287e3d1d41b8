"""Lifts and corpora for these tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from simulators.corpus.clocks import RIGHT
from simulators.corpus.controller import Controller, Identity, Sent
from simulators.corpus.draw import Corpus, draw_corpus
from simulators.corpus.lift import Lift, Outage
from simulators.corpus.mixes import MIXES, Mix
from simulators.corpus.network import Arrival
from simulators.corpus.places import PLACES
from simulators.corpus.sensors import Health, PresenceSensor
from simulators.corpus.speech import GB, Dialect
from simulators.corpus.truth import Entrapment, Truth

BORN_AT = 1_767_225_600.0
BY_NAME = {mix.name: mix for mix in MIXES}


def a_lift(*, gb: bool = False, sensor: Health = Health.WORKING, outages: Sequence[Outage] = (), seed: int = 1) -> Lift:
    rng = Random(seed)
    dialect = Dialect(profile=GB) if gb else Dialect()
    identity = Identity(lift_id="L1", area="410105", dialect=dialect, clock=RIGHT)
    return Lift(
        Controller(identity, boot=7, rng=rng),
        place=replace(PLACES[0], floors=(20, 20)),
        sensor=PresenceSensor(sensor, rng),
        outages=outages,
        born_at=BORN_AT,
        rng=rng,
    )


def said(lift: Lift, channel: str = "status") -> list[Sent]:
    return [message for message in lift.controller.take_sent() if message.report.channel == channel]


def lived(lift: Lift) -> Truth:
    return lift.notebook.close(lift.now)


def drawn(name: str, *, lifts: int = 12, seed: int = 5, **changes: Any) -> Corpus:
    mix: Mix = replace(BY_NAME[name], **changes)
    return draw_corpus(mix, seed=seed, lifts=range(lifts))


def body(arrival: Arrival) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(arrival.payload)
    return read


def channel(arrival: Arrival) -> str:
    return arrival.topic.rpartition("/")[2]


def statuses(corpus: Corpus, lift_id: str) -> list[tuple[Arrival, dict[str, Any]]]:
    """In the order of arrival."""
    own = (one for one in corpus.arrivals if one.lift_id == lift_id and channel(one) == "status")
    return [(one, body(one)) for one in own]


def entrapments(corpus: Corpus) -> list[Entrapment]:
    return [entrapment for truth in corpus.truths.values() for entrapment in truth.entrapments]
