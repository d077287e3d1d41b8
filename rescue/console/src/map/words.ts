// What the map says, in both languages.

export type Language = "zh" | "en";

export interface MapWords {
  readonly map: string;
  readonly city: string;
  readonly district: string;
  readonly building: string;
  readonly closer: string;
  readonly farther: string;
  readonly key: string;
  readonly shut: string;
  readonly here: string;
  readonly noBaseMap: string;
  readonly unheard: string;
  readonly age: (seconds: number) => string;
  readonly more: (count: number) => string;
  readonly keys: string;
  readonly marks: readonly [name: string, said: string][];
}

const ZH: MapWords = {
  map: "地图",
  city: "全市",
  district: "片区",
  building: "楼宇",
  closer: "放大",
  farther: "缩小",
  key: "图例",
  shut: "关闭",
  here: "此处",
  noBaseMap: "未导入道路底图：rescue roads import",
  unheard: "尚未收到数据",
  age: (seconds) => `数据 ${spellAge(seconds, "秒", "分钟", "小时")}前`,
  more: (count) => `另有 ${count} 项`,
  keys: "方向键移动，加减号缩放，回车查看准星处",
  marks: [
    ["p1", "一级，未处理"],
    ["p2", "二级，未处理"],
    ["p3", "三级，未处理"],
    ["handled", "已有人处理"],
    ["crew", "救援队出动 / 空闲"],
    ["stale-crew", "救援队位置过旧"],
    ["alarm", "报警或疑似困人"],
    ["faulty", "故障"],
    ["power", "停电"],
    ["service", "正常"],
    ["out", "检修或停用"],
    ["stale", "数据过旧或离线"],
  ],
};

const EN: MapWords = {
  map: "Map",
  city: "City",
  district: "District",
  building: "Building",
  closer: "Closer",
  farther: "Farther",
  key: "Key",
  shut: "Close",
  here: "Here",
  noBaseMap: "No roads imported: rescue roads import",
  unheard: "no data yet",
  age: (seconds) => `data ${spellAge(seconds, " s", " min", " h")} old`,
  more: (count) => `${count} more`,
  keys: "Arrow keys move, + and − zoom, Enter looks at the cross",
  marks: [
    ["p1", "Priority 1, unhandled"],
    ["p2", "Priority 2, unhandled"],
    ["p3", "Priority 3, unhandled"],
    ["handled", "Somebody handles it"],
    ["crew", "Crew on a case / free"],
    ["stale-crew", "Crew, position old"],
    ["alarm", "Alarm, or people thought trapped"],
    ["faulty", "Fault"],
    ["power", "No power"],
    ["service", "In service"],
    ["out", "Out of service, inspection"],
    ["stale", "Old data, or off line"],
  ],
};

export const MAP_WORDS: Readonly<Record<Language, MapWords>> = { zh: ZH, en: EN };

function spellAge(seconds: number, second: string, minute: string, hour: string): string {
  if (seconds < 120) {
    return `${Math.max(0, Math.round(seconds))}${second}`;
  }
  return seconds < 7200 ? `${Math.round(seconds / 60)}${minute}` : `${Math.round(seconds / 3600)}${hour}`;
}
