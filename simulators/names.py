"""Invented names, plates and telephone numbers: plausible to read, impossible to reach.

No real estate, company or person is meant. Telephone numbers start where no Chinese number does (mobiles with 100,
landlines with 0000 after the area code), so that nobody can be rung by mistake.
"""

from __future__ import annotations

from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗"
_GIVEN = "伟强磊军洋勇杰涛明超平刚辉鹏华飞鑫波斌宇婷静敏丽娟艳霞秀兰燕玲梅倩雪"
_FLOURISHES = _words(
    "翠湖 金桂 锦绣 阳光 书香 龙湖 盛和 康桥 天和 丽水 建业 紫荆 春晓 清华 银河 绿荫 瑞景 祥云 汇泉 雅居"
)
_ESTATES = _words("花园 家园 小区 名苑 新城 雅苑 华庭 公馆")
_FIRMS = _words(
    "安捷 中原通达 恒升 嵩岳 黄河 迅安 天梯 金鼎 商都 豫通 平安达 宏升 云梯 华升 诚达 众安 鼎盛 汇捷 永固 腾升"
)

SITE_KINDS: dict[str, tuple[str, ...]] = {
    "residential": _ESTATES,
    "office": ("大厦", "国际中心", "商务广场"),
    "mall": ("购物中心", "生活广场", "百货"),
    "hotel": ("酒店", "宾馆"),
    "hospital": ("医院", "康复医院"),
    "school": ("学院", "中学"),
    "transport": ("地铁站", "客运站"),
    "other": ("文化馆", "体育中心", "档案馆"),
}


def draw_site_name(rng: Random, place_type: str) -> str:
    """The name of an estate, tower, mall … of that place type."""
    return rng.choice(_FLOURISHES) + rng.choice(SITE_KINDS[place_type])


def name_company(number: int, kind: str) -> str:
    """The `number`-th company's name: no two of a kind share one."""
    turn, which = divmod(number, len(_FIRMS))
    ordinal = "" if turn == 0 else f"第{turn + 1}"
    trade = "电梯应急救援站" if kind == "station" else f"{ordinal}电梯服务有限公司"
    return f"河南{_FIRMS[which]}{trade}" if kind == "contractor" else f"{_FIRMS[which]}{ordinal}{trade}"


def draw_person(rng: Random) -> str:
    """A surname with one or two given characters."""
    return rng.choice(_SURNAMES) + "".join(rng.choices(_GIVEN, k=rng.choice((1, 2, 2))))


def mobile(number: int) -> str:
    """The `number`-th unreachable mobile number."""
    return f"100{number:08d}"


def landline(number: int) -> str:
    """The `number`-th unreachable landline of Zhengzhou."""
    return f"0371-0000{number:04d}"
