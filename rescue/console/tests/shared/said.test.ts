// @vitest-environment happy-dom

import { beforeEach, describe, expect, it } from "vitest";
import { language } from "../../src/shared/words/language";
import { told, toldLine } from "../../src/shared/words/said";
import { CREWS } from "../../src/shared/words/said/crews";
import { DESK } from "../../src/shared/words/said/desk";
import { EVIDENCE } from "../../src/shared/words/said/evidence";
import { Grammar } from "../../src/shared/words/said/grammar";

const TABLES = [EVIDENCE, CREWS, DESK];
/** What stands in a hole, by its kind: nothing that could be read as a word of a pattern. */
const SAMPLES: Readonly<Record<string, string>> = {
  n: "7",
  id: "C-17",
  at: "2026-03-02T04:00:00.000000Z",
  name: "Wang",
  text: "Zq",
  status: "en route",
  kind: "fault",
  condition: "door held",
  source: "phone",
  signs: "alarm_ended",
  mark: "arrival breached",
  levelname: "fire brigade",
  grouped: "Power outage",
  deed: "stand down",
  channel: "status",
  reopened: "reopened",
  counts: "2 off duty",
  said: "people are hurt",
};
/** Names and codes, which are alike in every language. */
const OURS = /C-17|Wang|Zq|GCJ-02|m\/s|2026[-\w:.]+Z|\d+/g;

function sampleOf(kind: string): string {
  const [first] = TABLES.flatMap((table) => table[kind] ?? []);
  return SAMPLES[kind] ?? filled(first?.[1] ?? "");
}

function filled(pattern: string): string {
  return pattern.replace(/\{([a-z]+)\d*[?*]?\}/g, (_, kind) => sampleOf(kind));
}

const patterns = TABLES.flatMap((table) => Object.values(table)).flat();

beforeEach(() => {
  language.value = "zh";
});

describe("what the service says", () => {
  it.each(patterns.filter(([, en]) => !/^\{\w+\}$/.test(en)).map(([, en]) => [en]))(
    "'%s' is said without a word of English",
    (pattern) => {
      const sentence = filled(pattern);
      if (!/[a-z]{2}/.test(sentence.replace(OURS, ""))) return;
      expect(told(sentence).said.replace(OURS, "")).not.toMatch(/[a-zA-Z]{2}/);
    },
  );

  it("has no part in two tables", () => {
    const names = TABLES.flatMap((table) => Object.keys(table));
    expect(names).toEqual([...new Set(names)]);
  });

  it.each([
    [
      "Asked crew C1 (attempt 1): nearest free crew of the contracted company, 4 min away, 3 min before C2; " +
        "position 12 min old, too old to go by, and nobody else can go",
      "已询问救援人员 C1（第 1 次）：最近的空闲人员（签约维保单位），4 分钟可到，比 C2 早 3 分钟；" +
        "位置为 12 分钟前，过旧，不足为凭，且无他人可去",
    ],
    [
      "Raised to level 2 (nearby rescue station or company): all crews of the contracted company on duty are on " +
        "other cases (1 off duty, 2 on another case); C3 is to come as its second stop, in 12 min",
      "升至 2 级（附近救援站或维保单位）：签约维保单位在岗人员均在其他案件（1 组不在岗，2 组在其他案件）；" +
        "预计 C3 在第 二 站到达，12 分钟后",
    ],
    ["outside_zone: the car stopped outside the door zone (status 3/118)", "轿厢停在门区外（状态报文 3/118）"],
    [
      "levelled_open: the car is levelled and its door is open (status 3/9); lasted: this has lasted 20 s",
      "轿厢平层且门已开（状态报文 3/9）；已持续 20 秒",
    ],
    ["Crew C1 declined: 车坏了 on the ring road", "救援人员 C1 拒单：车坏了 on the ring road"],
    ["The lift went off line: silent: nothing was heard for 90 s", "电梯离线：已 90 秒无消息"],
    ["en route for another case, free in 9 min", "正执行另一案件（已出发），9 分钟后空闲"],
    ["too far", "距离过远"],
  ])("%s", (en, zh) => expect(told(en)).toEqual({ said: zh, lang: undefined }));

  it("stays in English, and is marked so, where the console does not know it", () => {
    expect(told("The lift sings")).toEqual({ said: "The lift sings", lang: "en" });
  });

  it("is as the service said it for whoever reads English", () => {
    language.value = "en";
    expect(told("Crew C1 is on scene")).toEqual({ said: "Crew C1 is on scene", lang: undefined });
  });

  it("leaves a note as its writer wrote it", () => {
    const note = { what: "noted", said: "Crew C1 is on scene", data: {} };
    expect(toldLine(note).said).toBe(note.said);
  });

  it("gives in Chinese what is to be said to the fire brigade", () => {
    const data = { say: "People are trapped.", say_zh: "电梯困人。" };
    const said = "Call the fire brigade (119) and say: People are trapped.";
    expect(toldLine({ what: "hand_over_due", said, data }).said).toBe("请致电消防救援（119）并告知：电梯困人。");
  });
});

describe("a grammar", () => {
  it("refuses a hole of a kind that it does not know", () => {
    expect(() => new Grammar({}, { line: [["{car}", "The {car} moves"]] })).toThrow("car");
  });
});
