"""Tries every plant, two at a time, and prints who found it. Fails if one lives: a test is missing then.

.venv/bin/python -m tests.mutations [WORD …]      only the plants whose bug or file has one of these words
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.mutations import plants as desk
from tests.mutations import tracker_plants as tracker
from tests.mutations.plants import Plant, StalePlant
from tests.mutations.trial import Trial, TrialFailed, first_failure, suite_of, trial

PLANTS = (*desk.PLANTS, *tracker.PLANTS)


def main(words: Sequence[str]) -> int:
    """Exit code 0 if every bug is found, 1 if one lives, 2 if the trials themselves do not work."""
    plants = [plant for plant in PLANTS if not words or any(word in f"{plant.bug} {plant.file}" for word in words)]
    try:
        for suite in {suite_of(plant) for plant in plants}:
            as_things_are = first_failure((*suite.examples, *suite.properties))
            if as_things_are:
                return _fail(f"the tests fail as things are: {as_things_are}")
        return _try_all(plants)
    except (StalePlant, TrialFailed) as error:
        return _fail(str(error))


def _try_all(plants: Sequence[Plant]) -> int:
    width = max((len(plant.bug) for plant in plants), default=0)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        trials = [_shown(done, width) for done in pool.map(trial, plants)]
    living = [done for done in trials if done.found_by is None]
    sys.stdout.write(f"{len(trials)} bugs planted, {len(living)} not found\n")
    return 1 if living or not trials else 0


def _shown(done: Trial, width: int) -> Trial:
    sys.stdout.write(f"{done.plant.bug:<{width}}  {done.found_by or 'LIVES'}\n")
    sys.stdout.flush()
    return done


def _fail(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
