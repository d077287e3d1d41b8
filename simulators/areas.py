"""The 16 districts and zones of Zhengzhou: what is known of each before anything is drawn by lot.

Codes are GB/T 2260 (the three zones as the national statistics office extends it). Zhengdong has no code of its own
there: 410186 is a platform's local number, kept apart from the rest by this note. Centres and radii are rough, the
shares follow population and high buildings. Nothing here is random.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One district or zone: where its built-up part lies, and its share of the city's lifts in per mille."""

    code: str
    name: str
    lon: float
    lat: float
    radius_km: float
    share: int
    streets: tuple[str, ...]


def _area(code: str, name: str, at: tuple[float, float], radius_km: float, share: int, streets: str) -> Area:
    return Area(
        code=code,
        name=name,
        lon=at[0],
        lat=at[1],
        radius_km=radius_km,
        share=share,
        streets=tuple(streets.split()),
    )


CITY_NAME = "河南省郑州市"
CENTRE = (113.62, 34.75)

AREAS: tuple[Area, ...] = (
    _area("410102", "中原区", (113.575, 34.750), 4.5, 95, "建设西路 中原西路 桐柏路 秦岭路 棉纺西路 工人路"),
    _area("410103", "二七区", (113.640, 34.715), 4.5, 90, "大学南路 航海中路 嵩山南路 政通路 兴华南街 淮河路"),
    _area("410104", "管城回族区", (113.685, 34.735), 4.0, 75, "商城路 紫荆山路 航海东路 城东南路 郑汴路 东大街"),
    _area("410105", "金水区", (113.665, 34.795), 5.0, 190, "花园路 文化路 东风路 农业路 经三路 丰产路 红专路"),
    _area("410106", "上街区", (113.305, 34.805), 2.5, 15, "中心路 济源路 孟津路 新安路 许昌路"),
    _area("410108", "惠济区", (113.615, 34.865), 4.0, 45, "开元路 江山路 天河路 新城路 英才街"),
    _area("410122", "中牟县", (113.990, 34.725), 3.0, 30, "商都大街 人民路 建设路 寿圣街 广惠街"),
    _area("410171", "经济技术开发区", (113.755, 34.715), 4.0, 55, "第八大街 经北三路 经南四路 航海东路 朝凤路"),
    _area("410172", "高新技术产业开发区", (113.545, 34.815), 4.0, 60, "科学大道 瑞达路 长椿路 莲花街 西三环 翠竹街"),
    _area("410173", "航空港区", (113.835, 34.545), 5.0, 65, "迎宾大道 郑港四路 郑港六路 华夏大道 护航路"),
    _area("410181", "巩义市", (112.985, 34.755), 3.0, 25, "紫荆路 新华路 人民路 杜甫路 建设路"),
    _area("410182", "荥阳市", (113.390, 34.785), 3.0, 35, "索河路 京城路 万山路 中原路 演武路"),
    _area("410183", "新密市", (113.385, 34.540), 3.0, 25, "青屏大街 西大街 嵩山大道 溱水路 平安路"),
    _area("410184", "新郑市", (113.740, 34.400), 3.5, 45, "人民路 中华路 新华路 郑韩路 轩辕路"),
    _area("410185", "登封市", (113.045, 34.465), 2.5, 20, "嵩山路 中岳大街 少林大道 阳城路 颍河路"),
    _area("410186", "郑东新区", (113.735, 34.770), 4.5, 130, "商务内环路 金水东路 农业东路 黄河南路 心怡路 祥盛街"),
)


def get_area(code: str) -> Area:
    """The area with that code; KeyError when it is none of the 16."""
    return _BY_CODE[code]


_BY_CODE = {area.code: area for area in AREAS}
