from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from simulators.chronicle import KEPT_LINES, Chronicle
from simulators.summary import Login, Summary, draw_screen, write_banner, write_line
from simulators.tally import REMEMBERED_CASES, Tally

LOGIN = Login(
    url="http://127.0.0.1:8080",
    name="operator",
    password="correct horse",
    phone="http://127.0.0.1:8080/crew#key",
    plate="http://127.0.0.1:8080/r/410105000001",
)


def case(number: int, status: str = "en_route", **facts: Any) -> dict[str, Any]:
    return {
        "id": f"I{number}",
        "number": number,
        "kind": "entrapment",
        "status": status,
        "level": 1,
        "lift": {"lift_id": "ZZ000001", "address": "花园路1号", "building": "2号楼"},
        "assignment": {"crew_id": "R0001"},
        "opened_at": "2025-11-23T00:00:00Z",
        "clock": {"trapped_since": "2025-11-23T00:00:00Z"},
        "released_at": None,
        "closed_at": None,
        "comforted_at": None,
        "deadlines": {},
        "handover": None,
    } | facts


def summary(*cases: dict[str, Any]) -> Summary:
    tally = Tally()
    tally.see(list(cases))
    return Summary(
        now=datetime(2025, 11, 23, 0, 1, 5, tzinfo=UTC),
        elapsed_s=65,
        login=LOGIN,
        life_factor=30,
        lifts_online=8000,
        messages_per_s=450.4,
        stages=tally.stages,
        others=tally.others,
        handovers_waiting=tally.handovers_waiting,
        comforts_missed=tally.comforts_missed,
        latest=tuple(tally.latest.values()),
        ended={"closed": 4, "false_alarm": 1},
        reopened=0,
        mean_arrival_s=None,
        lines=("crew R0001 en route",),
    )


def drawn(shown: Summary) -> str:
    console = Console(width=140, file=None, record=True)
    with console.capture() as capture:
        console.print(draw_screen(shown))
    return capture.get()


def test_the_banner_says_where_to_look_and_that_people_live_faster_than_life() -> None:
    banner = write_banner(LOGIN, 60)
    assert "http://127.0.0.1:8080" in banner
    assert "operator" in banner
    assert "correct horse" in banner
    assert LOGIN.phone in banner
    assert LOGIN.plate in banner
    assert "60 times faster" in banner
    assert "real clock" in banner


def outage(number: int, **facts: Any) -> dict[str, Any]:
    return case(
        number,
        "open",
        kind="power_outage",
        lift=None,
        area="410105",
        building="",
        affected=14,
        assignment=None,
        clock={"trapped_since": None},
        opened_at="2025-11-23T00:00:35Z",
        **facts,
    )


def test_entrapments_are_counted_apart_from_all_other_cases() -> None:
    line = write_line(summary(case(1, "open"), case(2, "open", kind="fault"), outage(3)))
    assert "1 open, 0 dispatched" in line
    assert "other cases: 1 fault, 1 power outage" in line
    assert "other cases: none" in write_line(summary(case(1)))


def test_a_case_about_many_lifts_says_how_many_and_where() -> None:
    (row,) = [line for line in drawn(summary(outage(7))).splitlines() if "14 lifts" in line]
    assert "power outage" in row
    assert "area 410105" in row
    assert "0:30" in row


def test_a_hand_over_that_waits_is_counted_and_shown_with_the_number_to_call() -> None:
    handover = {"call": "119", "waits": True}
    shown = summary(case(1, level=3, handover=handover), case(2, level=3, handover={**handover, "waits": False}))
    assert "hand-overs waiting: 1, comfort missed: 0" in write_line(shown)
    rows = [line for line in drawn(shown).splitlines() if "ZZ000001" in line]
    assert ["call 119" in row for row in rows] == [False, True]


def test_the_rare_ends_are_named_once_there_are_any() -> None:
    shown = replace(summary(), ended={"closed": 1, "merged": 2, "stood_down": 3}, reopened=4)
    assert "1 closed, 0 false alarms, 3 stood down, 2 merged, 4 reopened, mean arrival -" in write_line(shown)


def test_comfort_is_missed_when_its_time_is_put_off_though_nobody_has_spoken() -> None:
    first, second = ({"comfort_by": f"2025-11-23T00:0{minute}:00Z"} for minute in (1, 6))
    tally = Tally()
    for looked_at in (
        [case(1, deadlines=first), case(2, deadlines=first), case(3, deadlines=second), case(4, deadlines=first)],
        [
            case(1, deadlines=second),
            case(2, deadlines=second, comforted_at="2025-11-23T00:00:50Z"),
            case(3, deadlines=first),
            case(4, "released"),
        ],
    ):
        tally.see(looked_at)
    assert tally.comforts_missed == 1


def test_one_line_says_how_everything_stands() -> None:
    line = write_line(summary(case(1), case(2, "open")))
    assert "8000 lifts online, 450 messages/s" in line
    assert "1 open, 0 dispatched, 1 en route, 0 on scene, 0 released" in line
    assert "4 closed, 1 false alarms, mean arrival -" in line


def test_the_screen_shows_each_case_with_its_stage_and_clock() -> None:
    shown = drawn(summary(case(7), case(8, "released", released_at="2025-11-23T00:00:40Z", assignment=None)))
    rows = [line for line in shown.splitlines() if "ZZ000001" in line]
    assert "released" in rows[0]
    assert "0:40" in rows[0]
    assert "en route" in rows[1]
    assert "1:05" in rows[1]
    assert "R0001" in rows[1]
    assert "crew R0001 en route" in shown


def test_a_merged_case_is_shown_as_one() -> None:
    shown = drawn(summary(case(3, "closed", merged_into_id="I2", closed_at="2025-11-23T00:00:40Z")))
    assert "merged" in next(line for line in shown.splitlines() if "ZZ000001" in line)


def test_a_case_keeps_the_crew_that_went_when_its_assignment_is_over() -> None:
    tally = Tally()
    tally.see([case(1)])
    tally.see([case(1, "released", assignment=None)])
    assert tally.latest["I1"]["assignment"] == {"crew_id": "R0001"}


def test_only_the_latest_cases_and_lines_are_kept() -> None:
    tally = Tally()
    tally.see([case(number) for number in range(1, 30)])
    assert sorted(int(kept["number"]) for kept in tally.latest.values()) == list(range(30 - REMEMBERED_CASES, 30))
    said: list[str] = []
    chronicle = Chronicle(lambda: "1:02", said.append)
    for number in range(30):
        chronicle.note(str(number))
    assert list(chronicle.last) == said[-KEPT_LINES:]
    assert said[29] == "1:02  29"
