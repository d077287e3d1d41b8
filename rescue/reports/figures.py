"""Every figure that is reported, in the order of a report: the API, the files and the documentation read this table.

What a figure counts exactly is decided by the query `kpi`; here stands what it means to a reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

LIMIT_OF_RESPONSE_S = 180
LIMIT_OF_ARRIVAL_S = 1800
"""As published by the cities, whatever this centre's own limits are: the shares can be compared."""


class Group(StrEnum):
    """By what a report is divided. The first is no division."""

    TOTAL = "total"
    HOUR = "hour"
    DAY = "day"
    AREA = "area"
    COMPANY = "company"
    PLACE_TYPE = "place_type"
    LEVEL = "level"
    KIND = "kind"
    USER_UNIT = "user_unit"
    AGE = "age"
    REPEAT_LIFT = "repeat_lift"


HEADINGS: Mapping[Group, tuple[str, str]] = {
    Group.TOTAL: ("Total", "合计"),
    Group.HOUR: ("Hour of day", "时段"),
    Group.DAY: ("Day", "日期"),
    Group.AREA: ("Area", "区县"),
    Group.COMPANY: ("Company", "维保单位"),
    Group.PLACE_TYPE: ("Place", "场所"),
    Group.LEVEL: ("Level", "救援级别"),
    Group.KIND: ("Kind of case", "案件类型"),
    Group.USER_UNIT: ("User unit", "使用单位"),
    Group.AGE: ("Age of the lift, years", "电梯年限"),
    Group.REPEAT_LIFT: ("Repeat lift", "重复困人电梯"),
}


class Unit(StrEnum):
    """What kind of number a figure is. A count of nothing is 0; of the others there is then none."""

    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    RATE = "rate"


DIGITS: Mapping[Unit, int] = {Unit.COUNT: 0, Unit.SHARE: 4, Unit.SECONDS: 1, Unit.RATE: 6}
"""So many behind the point are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure. `title` heads it in English and Chinese, `means` is its definition in a sentence."""

    name: str
    unit: Unit
    title: tuple[str, str]
    means: str


def _figure(name: str, unit: Unit, english: str, chinese: str, means: str) -> Figure:
    return Figure(name=name, unit=unit, title=(english, chinese), means=means)


def _spread(name: str, english: str, chinese: str, means: str) -> Iterator[Figure]:
    """How long something took, over the cases that have both its ends."""
    count = f"Cases in which it is known how long this took: {means}."
    yield _figure(f"{name}_count", Unit.COUNT, f"{english}: cases", f"{chinese}: 件数", count)
    yield _figure(f"{name}_mean_s", Unit.SECONDS, f"{english}: mean (s)", f"{chinese}: 平均 (秒)", f"Mean of {means}.")
    for part in (50, 90, 99):
        within = f"Within so long for {part} % of these cases: {means}."
        yield _figure(f"{name}_p{part}_s", Unit.SECONDS, f"{english}: P{part} (s)", f"{chinese}: P{part} (秒)", within)


def _precision(confidence: str, chinese: str) -> Iterator[Figure]:
    yield _figure(
        f"judged_{confidence}",
        Unit.COUNT,
        f"Found as {confidence}, judged",
        f"初判{chinese}: 已核实",
        f"Entrapments first found with confidence `{confidence}` of which a person has said since what they were.",
    )
    yield _figure(
        f"precision_{confidence}",
        Unit.SHARE,
        f"Found as {confidence}, true",
        f"初判{chinese}: 准确率",
        f"Share of `judged_{confidence}` that was no false alarm.",
    )


def _promises() -> Iterator[Figure]:
    """How well crews kept the time of arrival that was told when they accepted."""
    error = "the time from acceptance to the reported arrival, less the time that was told at acceptance"
    yield _figure(
        "eta_count",
        Unit.COUNT,
        "Told arrivals: cases",
        "预计到场: 件数",
        "Cases whose crew accepted with a time of arrival and reported its arrival.",
    )
    yield _figure(
        "eta_late_mean_s",
        Unit.SECONDS,
        "Later than told: mean (s)",
        "比预计晚: 平均 (秒)",
        f"Mean of {error}: above 0, crews come later than is told.",
    )
    yield _figure(
        "eta_off_mean_s",
        Unit.SECONDS,
        "Off what was told: mean (s)",
        "预计误差: 平均绝对值 (秒)",
        f"Mean, either way, of {error}.",
    )
    yield _figure(
        "eta_within_5_min_share",
        Unit.SHARE,
        "Told within 5 min",
        "预计误差5分钟内占比",
        "Share of `eta_count` in which it was off by 5 minutes at most.",
    )
    yield _figure(
        "eta_left_out",
        Unit.COUNT,
        "Told arrivals left out",
        "预计到场: 剔除件数",
        "Cases left out of these: the crew arrived as it accepted, or 4 hours later or more, which no drive is.",
    )


_CAUSES = (
    ("people", "人为原因"),
    ("outside", "外部原因"),
    ("doors", "门系统"),
    ("traction", "曳引系统"),
    ("control", "控制系统"),
    ("safety gear", "安全保护装置"),
    ("other", "其他"),
)


def _causes() -> Iterator[Figure]:
    for number, (english, chinese) in enumerate(_CAUSES, start=1):
        means = f"Cases whose cause is filed with a code of group {number}, {english} ({number}01 to {number}99)."
        if number == len(_CAUSES):
            means = "Cases whose cause is filed as another one (700 to 799)."
        yield _figure(f"cause_{number}", Unit.COUNT, f"Cause {number}: {english}", f"原因{number}: {chinese}", means)


FIGURES: tuple[Figure, ...] = (
    _figure(
        "cases",
        Unit.COUNT,
        "Entrapments",
        "困人件数",
        "Entrapments opened in the span, without false alarms, merged cases and what was never more than possible. By "
        "kind, also the cases of the other kinds. All figures but the next three are about these.",
    ),
    _figure("false_alarms", Unit.COUNT, "False alarms", "误报件数", "Cases that ended as a false alarm."),
    _figure("merged", Unit.COUNT, "Merged", "合并件数", "Cases merged into another, which counts in their place."),
    _figure(
        "unconfirmed",
        Unit.COUNT,
        "Never confirmed",
        "未证实件数",
        "Merely possible entrapments that nobody confirmed and from which nobody was released.",
    ),
    _figure(
        "unreleased",
        Unit.COUNT,
        "Not released yet",
        "未解救件数",
        "Cases whose passengers are not out yet; of other kinds, whose work is not done.",
    ),
    _figure(
        "lifts",
        Unit.COUNT,
        "Lifts",
        "电梯台数",
        "Lifts registered now; of a company that asks, those under contract with it. Not known by hour, day, level, "
        "kind or repeat lift.",
    ),
    _figure(
        "cases_per_lift_month",
        Unit.RATE,
        "Entrapments per lift and month",
        "台月均困人率",
        "Cases divided by lifts and by the months of the span, a month being a twelfth of 365.25 days.",
    ),
    _figure(
        "repeat_lifts",
        Unit.COUNT,
        "Repeat lifts",
        "重复困人电梯数",
        "Lifts with three entrapments or more within one calendar month of the span.",
    ),
    _figure(
        "responses_due",
        Unit.COUNT,
        "Responses due",
        "应响应件数",
        "Cases in which an offer was accepted, or stood for 3 minutes without acceptance of it or of a later one.",
    ),
    _figure(
        "responded_in_3_min_share",
        Unit.SHARE,
        "Answered within 3 min",
        "3分钟响应率",
        "Share of `responses_due` in which a crew had accepted within 3 minutes of the first offer.",
    ),
    _figure(
        "arrivals_due",
        Unit.COUNT,
        "Arrivals due",
        "应到场件数",
        "Cases in which a crew reported its arrival, or that lasted for 30 minutes without.",
    ),
    _figure(
        "arrived_in_30_min_share",
        Unit.SHARE,
        "Arrived within 30 min",
        "30分钟到场率",
        "Share of `arrivals_due` in which a crew had arrived within 30 minutes of detection.",
    ),
    *_spread("offer", "Detection to offer", "发现至派单", "the time from detection to the first offer"),
    *_spread("acceptance", "Offer to acceptance", "派单至接单", "the time from first offer to first acceptance"),
    *_spread("arrival", "Detection to arrival", "发现至到场", "the time from detection to the reported arrival"),
    *_spread("on_site", "On site", "现场救援", "the time from the reported arrival to release"),
    *_spread("total", "Detection to release", "发现至解救", "the time from detection to release"),
    *_promises(),
    _figure(
        "level_2_share",
        Unit.SHARE,
        "Reached level 2",
        "二级及以上占比",
        "Share of cases in which a station or another company was engaged, or the fire brigade.",
    ),
    _figure(
        "level_3_share",
        Unit.SHARE,
        "Reached level 3",
        "三级占比",
        "Share of cases in which the fire brigade was engaged.",
    ),
    _figure(
        "self_recovered_share",
        Unit.SHARE,
        "Recovered by itself",
        "自行恢复占比",
        "Share of cases that were stood down, or whose crew found the passengers out already.",
    ),
    _figure("releases", Unit.COUNT, "Released", "已解救件数", "Cases whose passengers are out."),
    _figure(
        "called_back_share", Unit.SHARE, "Called back", "回访率", "Share of `releases` that were called back after it."
    ),
    _figure(
        "cause_filed_share", Unit.SHARE, "Cause filed", "原因填报率", "Share of `releases` whose cause has been filed."
    ),
    *_causes(),
    *_precision("possible", "可能"),
    *_precision("likely", "较可能"),
    *_precision("confirmed", "确认"),
)
NAMES = tuple(figure.name for figure in FIGURES)
OF_EVERY_KIND = ("cases", "false_alarms", "unreleased")
"""What is counted of the cases in which nobody is inside; they have no other figure."""
HEADLINE = (
    *("cases", "cases_per_lift_month", "responded_in_3_min_share", "arrived_in_30_min_share", "arrival_mean_s"),
    *("arrival_p90_s", "on_site_mean_s", "total_mean_s", "level_2_share", "self_recovered_share"),
)
"""What a terminal has room for."""
