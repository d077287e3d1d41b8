"""Every script has a stage of its own, and is held at its end to what must be so whatever it is about."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from structlog.testing import capture_logs

from tests.scripts.ending import demand_clean_end
from tests.scripts.playing import begin
from tests.scripts.stage import Stage


@pytest.fixture(autouse=True)
def stage(database: str, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The service on a fresh database at noon, with nothing said yet."""
    playing = Stage(database, request.node.name.removeprefix("test_").replace("_", " "))
    with capture_logs():  # The story tells more, in better order.
        try:
            begin(playing.open())
            yield playing
        finally:
            playing.close()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """The script is played; then comes what every script demands."""
    playing = pyfuncitem.funcargs["stage"]
    assert isinstance(playing, Stage)
    try:
        played = yield
        demand_clean_end(playing)
    except Exception as error:
        error.add_note(playing.so_far())
        raise
    return played
