"""What the public page says, in both languages. Plain words for frightened people; no sentence longer than it must be.

The advice is general knowledge of the field: a car that stands still is safe, the danger is in leaving it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Language = Literal["zh", "en"]


class Stage(StrEnum):
    """How far help has come."""

    CALLED = "called"
    FOUND = "found"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The page in one language. `{…}` is filled in."""

    language: Language
    other: Language
    other_name: str
    title: str
    you_are_at: str
    code: str
    people: str
    unknown: str
    needs: str
    need: Mapping[str, str]
    injured: str
    phone: str
    phone_why: str
    call: str
    send_more: str
    or_phone: str
    danger: str
    joins: str
    called: str
    called_at: str
    stage: Mapping[Stage, str]
    company: str
    expected: str
    any_moment: str
    looking: str
    brigade: str
    out: str
    still_inside: str
    tell_more: str
    fresh: str
    calm_title: str
    calm: tuple[str, ...]
    once_more: str
    too_often: str
    wait: str
    no_such_code: str
    check_code: str
    enter_code: str
    look_up: str
    busy: str


ZH = Words(
    language="zh",
    other="en",
    other_name="English",
    title="电梯困人求救",
    you_are_at="您所在的位置",
    code="救援识别码",
    people="轿厢里有几个人?",
    unknown="不清楚",
    needs="有下列情况吗?(可不选)",
    need={
        "child": "儿童",
        "elderly": "老人",
        "pregnant": "孕妇",
        "medical": "身体不适",
        "child_alone": "儿童独自被困",
        "water": "进水",
        "fire": "烟或火",
    },
    injured="有人受伤",
    phone="回拨电话(可不填)",
    phone_why="仅用于本次救援。",
    call="立即求救",
    send_more="补充信息",
    or_phone="或拨打",
    danger="有人受伤、起火或进水,请同时拨打",
    joins="已有人为这部电梯求救。您补充的信息会转给救援人员。",
    called="已为您求救",
    called_at="求救时间 {time}",
    stage={
        Stage.CALLED: "已求救",
        Stage.FOUND: "已接单",
        Stage.EN_ROUTE: "在路上",
        Stage.ON_SCENE: "已到达",
        Stage.OUT: "已救出",
    },
    company="救援单位:{name}",
    expected="预计 {time} 到达(约 {minutes} 分钟)",
    any_moment="救援人员应很快到达",
    looking="正在派最近的救援人员,请稍候。",
    brigade="已同时通知消防 119。",
    out="救援人员报告:乘客已安全救出。",
    still_inside="我们还在里面",
    tell_more="补充人数或情况",
    fresh="{time} 的情况,本页自动更新",
    calm_title="请安心等待",
    calm=(
        "待在轿厢里最安全。电梯有多重保护,不会坠落。",
        "轿厢不是密封的,空气足够。",
        "不要扒门,不要爬出轿厢,不要蹦跳。",
        "离开轿门,坐下或靠着厢壁,慢慢呼吸。",
        "按轿厢内的报警按钮,可以与外面通话。",
        "省着用手机电量,保持电话畅通。",
        "即使门开了,也请等救援人员到场再出去。",
    ),
    once_more="请再按一次按钮,确认求救。",
    too_often="求救次数过多,这一次没有发出",
    wait="请立即拨打下面的电话,或 {seconds} 秒后再按一次。",
    no_such_code="没有这个救援识别码",
    check_code="请核对轿厢内标牌上的号码 {code},或拨打下面的电话。",
    enter_code="标牌上的号码",
    look_up="查找电梯",
    busy="系统繁忙,求救尚未发出",
)

EN = Words(
    language="en",
    other="zh",
    other_name="中文",
    title="Trapped in a lift",
    you_are_at="You are at",
    code="Rescue code",
    people="How many people are in the car?",
    unknown="Not sure",
    needs="Is anybody or anything of these there? (optional)",
    need={
        "child": "Child",
        "elderly": "Elderly",
        "pregnant": "Pregnant",
        "medical": "Feeling ill",
        "child_alone": "A child alone",
        "water": "Water comes in",
        "fire": "Smoke or fire",
    },
    injured="Somebody is hurt",
    phone="Number to call back (optional)",
    phone_why="Used for this rescue only.",
    call="Call for help",
    send_more="Add this",
    or_phone="Or phone",
    danger="If somebody is hurt, or there is fire or water, also phone",
    joins="Help has been called to this lift already. What you add goes to the crew.",
    called="Help is called",
    called_at="Called at {time}",
    stage={
        Stage.CALLED: "Called",
        Stage.FOUND: "Accepted",
        Stage.EN_ROUTE: "On the way",
        Stage.ON_SCENE: "Here",
        Stage.OUT: "Out",
    },
    company="Who is coming: {name}",
    expected="Expected at {time} (in about {minutes} min)",
    any_moment="The crew should be here any moment",
    looking="The nearest crew is being sent. Please wait.",
    brigade="The fire brigade (119) has been called as well.",
    out="The crew reports that everybody is out and safe.",
    still_inside="We are still inside",
    tell_more="Add how many, or how you are",
    fresh="As of {time}; this page keeps itself up to date",
    calm_title="You are safe where you are",
    calm=(
        "Stay in the car: it is the safest place. It cannot fall.",
        "The car is not sealed. There is enough air.",
        "Do not force the doors, do not climb out, do not jump.",
        "Keep away from the doors, sit down, breathe slowly.",
        "The alarm button in the car lets you talk to somebody.",
        "Save your phone's battery, and keep the line free.",
        "Even if the doors open, wait for the crew before you step out.",
    ),
    once_more="Please press the button once more.",
    too_often="Help was called too often: this time nothing was sent",
    wait="Phone the number below now, or press again in {seconds} s.",
    no_such_code="There is no such rescue code",
    check_code="Compare {code} with the plate in the car, or phone the number below.",
    enter_code="Number on the plate",
    look_up="Find the lift",
    busy="We are very busy: help is not called yet",
)

WORDS: Mapping[Language, Words] = {"zh": ZH, "en": EN}


def choose(said: str, accepted: str) -> Words:
    """The language that was asked for by the link, else the first of `Accept-Language` that we speak, else Chinese."""
    for wish in (said, *accepted.split(",")):
        match wish.strip().lower()[:2]:
            case "zh":
                return ZH
            case "en":
                return EN
    return ZH
