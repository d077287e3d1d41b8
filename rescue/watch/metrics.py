"""Every figure that `/metrics` shows: its name, what it means, and where it is read.

The parts count for themselves and know nothing of Prometheus; each has a table here, read at the moment of asking. What
only ever grows ends in `_total`. How long things take is measured in `timings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from rescue.black_box.recorder import Recorder
from rescue.black_box.recordings import Recordings
from rescue.hearing.ingest import Ingest
from rescue.hearing.lift_states import LiftStates
from rescue.hearing.links import BrokerLinks
from rescue.hearing.live import LiveFleet
from rescue.hearing.telemetry import Telemetry
from rescue.sending.outbox import Outbox
from rescue.shell.service import DeskService
from rescue.watch.auditor import Auditor
from rescue.watch.deadman import Deadman
from rescue.watch.health import Vitals

Part = TypeVar("Part")


class Figure(NamedTuple, Generic[Part]):
    """One figure of a part."""

    name: str
    meaning: str
    read: Callable[[Part], float]


class Figures(Collector, Generic[Part]):
    """A part's figures as they are now."""

    def __init__(self, part: Part, table: Sequence[Figure[Part]]) -> None:
        self._part = part
        self._table = table

    def collect(self) -> Iterator[Metric]:
        """As they are now."""
        for name, meaning, read in self._table:
            yield _family(name, meaning, read(self._part))


DESK: Sequence[Figure[DeskService]] = (
    Figure("rescue_open_incidents", "Open cases", lambda desk: len(desk.board.incidents)),
    Figure("rescue_inputs_total", "Inputs decided", lambda desk: desk.counts.decided),
    Figure("rescue_commits_total", "Decisions committed", lambda desk: desk.counts.committed),
    Figure("rescue_desk_reloads_total", "Times that the database was lost", lambda desk: desk.reloads),
    Figure("rescue_desk_faults_total", "Times that the desk failed on something", lambda desk: desk.counts.faults),
    Figure("rescue_set_aside_total", "Inputs and deadlines it failed on twice", lambda desk: desk.counts.set_aside),
    Figure("rescue_desk_active", "1 if this process is the desk", lambda desk: desk.is_loaded),
    Figure("rescue_waiting_alarms", "Alarms and reports that wait", lambda desk: desk.lanes.lengths()["alarms"]),
    Figure("rescue_waiting_people", "Actions and answers that wait", lambda desk: desk.lanes.lengths()["people"]),
    Figure("rescue_waiting_news", "News of lifts that waits", lambda desk: desk.lanes.lengths()["news"]),
    Figure("rescue_news_dropped_total", "News left out because too much waited", lambda desk: desk.lanes.dropped),
    Figure("rescue_news_overtaken_total", "News replaced by newer", lambda desk: desk.lanes.overtaken),
)

INGEST: Sequence[Figure[Ingest]] = (
    Figure("rescue_messages_total", "Messages of the broker", lambda ingest: ingest.counts.messages),
    Figure("rescue_news_total", "Events that went on to the desk", lambda ingest: ingest.counts.news),
    Figure("rescue_positions_total", "Positions of crews", lambda ingest: ingest.counts.positions),
    Figure(
        "rescue_quarantined_total",
        "Messages nobody could use",
        lambda ingest: sum(ingest.counts.quarantined.values()),
    ),
    Figure("rescue_quarantine_not_kept_total", "Of these, not kept", lambda ingest: ingest.counts.not_kept),
)

LINK: Sequence[Figure[BrokerLinks]] = (
    Figure("rescue_broker_connected", "1 if the broker is there", lambda link: link.connected),
    Figure(
        "rescue_broker_lost_total", "Connections to the broker that ended by themselves", lambda link: link.counts.lost
    ),
    Figure("rescue_repeated_messages_total", "Repetitions of what was in hand", lambda link: link.counts.repeated),
    Figure("rescue_failed_messages_total", "Messages whose handling failed", lambda link: link.counts.failed),
)

OUTBOX: Sequence[Figure[Outbox]] = (
    Figure("rescue_outbox_carried", "Effects carried out", lambda outbox: outbox.counts.carried),
    Figure("rescue_outbox_failed", "Tries that failed", lambda outbox: outbox.counts.failed),
    Figure("rescue_outbox_given_up", "Effects given up", lambda outbox: outbox.counts.given_up),
    Figure("rescue_outbox_pending", "Effects in hand", lambda outbox: outbox.counts.pending),
)

TELEMETRY: Sequence[Figure[Telemetry]] = (
    Figure("rescue_telemetry_written_total", "Changes of state stored", lambda telemetry: telemetry.counts.written),
    Figure("rescue_telemetry_dropped_total", "Changes left out", lambda telemetry: telemetry.counts.dropped),
    Figure("rescue_telemetry_waiting", "Changes that wait", lambda telemetry: telemetry.waiting),
)

LIFT_STATES: Sequence[Figure[LiftStates]] = (
    Figure("rescue_lift_states_waiting", "States of lifts that wait to be stored", lambda states: states.waiting),
)

RECORDINGS: Sequence[Figure[Recordings]] = (
    Figure("rescue_recordings_waiting", "Recordings that wait to be stored", lambda recordings: recordings.waiting),
    Figure("rescue_recordings_stored_total", "Recordings stored", lambda recordings: recordings.counts.stored),
    Figure("rescue_recordings_dropped_total", "Recordings left out", lambda recordings: recordings.counts.dropped),
)

AUDITOR: Sequence[Figure[Auditor]] = (
    Figure("rescue_auditor_rounds_total", "Rounds the auditor finished", lambda auditor: auditor.rounds),
    Figure("rescue_auditor_failed_total", "Rounds it could not finish", lambda auditor: auditor.failed),
    Figure("rescue_auditor_age_seconds", "Since the last finished round", lambda auditor: auditor.age_s),
    Figure(
        "rescue_auditor_findings",
        "Things found that must not be; somebody may wait in vain",
        lambda auditor: sum(finding.grave for finding in auditor.findings),
    ),
    Figure(
        "rescue_auditor_warnings",
        "Things found that should not be",
        lambda auditor: sum(not finding.grave for finding in auditor.findings),
    ),
    Figure(
        "rescue_machine_clock_ahead_seconds",
        "How far this machine's clock is ahead of the service's",
        lambda auditor: auditor.machine_ahead_s,
    ),
    Figure(
        "rescue_database_clock_ahead_seconds",
        "How far the database's clock is ahead of the service's",
        lambda auditor: auditor.database_ahead_s,
    ),
)

DEADMAN: Sequence[Figure[Deadman]] = (
    Figure("rescue_deadman_told_total", "Times the watcher was told that all is well", lambda deadman: deadman.told),
    Figure("rescue_deadman_failed_total", "Times the watcher was not reached", lambda deadman: deadman.failed),
)

VITALS: Sequence[Figure[Vitals]] = (
    Figure("rescue_ready", "1 if the service could take a case now", lambda vitals: vitals.health().ready),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts that count."""

    desk: DeskService
    ingest: Ingest
    link: BrokerLinks
    outbox: Outbox
    telemetry: Telemetry
    lift_states: LiftStates
    recorder: Recorder
    recordings: Recordings
    auditor: Auditor
    vitals: Vitals
    deadman: Deadman | None
    fleet: LiveFleet
    seconds: Callable[[], float]
    """The service's time, POSIX."""

    def figures(self) -> Iterator[Collector]:
        """A collector for each part."""
        yield Figures(self.desk, DESK)
        yield Figures(self.ingest, INGEST)
        yield Figures(self.link, LINK)
        yield Figures(self.outbox, OUTBOX)
        yield Figures(self.telemetry, TELEMETRY)
        yield Figures(self.lift_states, LIFT_STATES)
        yield Figures(self.recordings, RECORDINGS)
        yield Figures(self.auditor, AUDITOR)
        yield Figures(self.vitals, VITALS)
        yield Figures(self, BLACK_BOX)
        yield Plain(self.lifts)
        if self.deadman:
            yield Figures(self.deadman, DEADMAN)

    def lifts(self) -> Mapping[str, float]:
        """How many lifts are in which state."""
        return {f"rescue_lifts_{state}": count for state, count in self.fleet.counts(self.seconds()).items()}


BLACK_BOX: Sequence[Figure[Parts]] = (
    Figure(
        "rescue_black_box_reach_seconds",
        "How far back the last messages of all lifts reach",
        lambda parts: parts.recorder.reach_s(parts.seconds()),
    ),
    Figure("rescue_black_box_checkpoints_total", "States written to it", lambda parts: parts.recorder.checkpoints),
)


class Plain(Collector):
    """Figures whose names say all there is to say."""

    def __init__(self, counts: Callable[[], Mapping[str, float]]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """As they are now."""
        for name, value in self._counts().items():
            yield _family(name, name.removeprefix("rescue_").removesuffix("_total").replace("_", " "), value)


def _family(name: str, meaning: str, value: float) -> Metric:
    family = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
    return family(name, meaning, value=value)


def show(registry: CollectorRegistry, parts: Parts, *others: Callable[[], Mapping[str, float]]) -> None:
    """Have `/metrics` show these parts, this process, and what `others` count."""
    for collector in (*parts.figures(), *map(Plain, others)):
        registry.register(collector)
    ProcessCollector(registry=registry)
