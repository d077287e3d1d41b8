"""Real cases teach the travel times: what companies report corrects what is told next, and outlives a restart."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch.calibration import FEWEST, Calibration
from dispatch.roads.files import RoadFiles
from dispatch.roads.speeds import load_speeds
from dispatch.travel import StraightLine
from rescue.decisions.decided_again import decide_again
from rescue.decisions.records import Writer, read_decision
from rescue.desk.board import Decision, Outcome, Verdict
from rescue.desk.inputs import Action, Answer, CompanyAnswered
from rescue.incident import Assignment
from rescue.roads.following import FollowedRoads
from rescue.roads.learning import Learning, Lesson
from rescue.store.lessons import PostgresSchool
from rescue.store.postgres import PostgresStore
from tests.integration.centre import HandClock
from tests.unit.desk.play import HOME, NOON, Play
from tests.unit.test_decisions import decided

SLOWER = 1.5
"""How many times as long ways take in this city as the straight line says."""
PLACES = [replace(HOME, lon=HOME.lon + 0.03)]


class Chronicle(Play):
    """A play of which everything is kept that the store would keep."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.news: list[Decision] = []

    def _take(self, decision: Decision) -> Outcome:
        self.news.append(decision)
        return super()._take(decision)

    def take_news(self) -> Decision:
        """All that was decided since the last time, as one decision."""
        news, self.news = self.news, []
        return Decision(
            outcome=Outcome(verdict=Verdict.DONE),
            incidents={key: case for one in news for key, case in one.incidents.items()},
            assignments={key: attempt for one in news for key, attempt in one.assignments.items()},
            entries=tuple(entry for one in news for entry in one.entries),
        )


@dataclass
class City:
    """A centre whose crews need longer than the straight line says."""

    store: PostgresStore
    folder: Path
    play: Chronicle = field(default_factory=Chronicle)
    clock: HandClock = field(default_factory=lambda: HandClock(NOON))

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """The service comes up, with nothing in memory."""
        files = RoadFiles.in_data_dir(self.folder)
        self.roads = FollowedRoads(files=files, speeds=load_speeds(), straight=StraightLine(), clock=self.clock)
        self.learning = Learning(PostgresSchool(self.store.url, self.store.pool), self.roads, self.clock)
        self.play.rules = replace(self.play.rules, travel=self.roads)

    async def learn(self) -> None:
        """What has happened is in the database, and an hour passes."""
        await self.store.load_board()
        await self.store.commit(self.play.take_news(), [], NOON)
        self.play.now += timedelta(hours=1)
        self.clock.forward((self.play.now - self.clock.now()).total_seconds())
        await self.learning.learn()

    def rescue(self, times: int, took_s: float | None = None, own_word_s: float | None = None) -> None:
        """People are trapped, a crew accepts, drives and lets them out."""
        for _ in range(times):
            self.play.entrapment("A1")
            asked = self.play.attempts[-1]
            self._say(asked, Answer.ACCEPT, eta_s=own_word_s)
            place = self.play.board.crews[asked.crew_id].position
            assert place
            plain_s = self.roads.straight.seconds([place], HOME, self.play.now)
            self.play.now += timedelta(seconds=SLOWER * plain_s[0] if took_s is None else took_s)
            self._say(asked, Answer.ON_SCENE)
            self.play.now += timedelta(seconds=300)
            self._say(asked, Answer.RELEASED)
            self.play.now += timedelta(minutes=20)
            self.play.act(Action.CLOSE)

    def _say(self, asked: Assignment, answer: Answer, eta_s: float | None = None) -> None:
        said = CompanyAnswered(assignment_id=asked.assignment_id, attempt=asked.attempt, answer=answer, eta_s=eta_s)
        self.play.tell(said)

    @property
    def corrected(self) -> float:
        """How many times as long as the straight line says a way is told to take."""
        plain_s = self.roads.straight.seconds(PLACES, HOME, self.play.now)[0]
        return self.roads.seconds(PLACES, HOME, self.play.now)[0] / plain_s


@pytest.fixture
def city(postgres_store: PostgresStore, tmp_path: Path) -> City:
    return City(postgres_store, tmp_path)


async def test_ways_that_always_take_longer_are_told_longer_and_not_twice_so(city: City) -> None:
    await city.learn()
    assert city.corrected == 1.0
    city.rescue(2 * FEWEST)
    await city.learn()
    first = city.corrected
    assert 1.2 < first < SLOWER
    city.rescue(2 * FEWEST)
    await city.learn()
    assert first < city.corrected < SLOWER


async def test_what_was_learned_outlives_a_restart(city: City) -> None:
    await city.learn()
    city.rescue(2 * FEWEST)
    await city.learn()
    before = city.corrected
    city.start()
    assert city.corrected == 1.0
    await city.learning.learn()
    assert city.corrected == pytest.approx(before)


async def test_too_few_drives_and_such_as_no_drive_is_teach_nothing_and_are_counted(city: City) -> None:
    await city.learn()
    city.rescue(FEWEST - 1)
    city.rescue(2, took_s=0)
    city.rescue(1, took_s=5 * 3600)
    await city.learn()
    assert city.corrected == 1.0
    figures = city.learning.figures()
    assert (figures["rescue_eta_trips"], figures["rescue_eta_trips_left_out"]) == (FEWEST - 1, 3)


async def test_a_crews_own_word_is_not_taken_for_our_estimate(city: City) -> None:
    await city.learn()
    city.rescue(2 * FEWEST, own_word_s=3_000)
    await city.learn()
    assert city.corrected > 1.2


async def test_the_error_before_and_after_correcting_is_shown(city: City) -> None:
    await city.learn()
    city.rescue(2 * FEWEST)
    await city.learn()
    figures = city.learning.figures()
    assert figures["rescue_eta_judged_trips"] == FEWEST / 2
    assert 0 < figures["rescue_eta_corrected_off_seconds"] < figures["rescue_eta_uncorrected_off_seconds"]
    assert figures["rescue_eta_uncorrected_late_seconds"] > 0


async def test_what_was_learned_of_other_ways_is_not_used_and_learning_begins_anew(city: City) -> None:
    city.roads.taught = "roads of before", Calibration(centre=0.4)
    assert city.corrected == 1.0
    city.rescue(2 * FEWEST)
    school = city.learning.school
    await school.put_lesson(
        Lesson(learned_at=NOON, basis="roads of before", since_at=NOON, calibration=Calibration(centre=0.4))
    )
    await city.learn()
    assert city.corrected == 1.0
    assert [lesson.basis for lesson in await school.lessons()] == ["roads of before", "straight line"]


async def test_a_decision_under_a_correction_comes_out_the_same_when_the_correction_is_another(city: City) -> None:
    city.roads.taught = city.roads.basis, Calibration(centre=0.4)
    kept = Writer().write(decided(city.play, city.roads))
    assert kept.body
    city.roads.taught = city.roads.basis, Calibration()
    assert decide_again(read_decision(kept.body, kept.parts)).same
