import { describe, expect, it } from "vitest";
import { breachesBetween, heardPriority } from "../../src/console/sound/heard";
import { TUNES } from "../../src/console/sound/tones";
import type { Incident } from "../../src/shared/api/types";
import { aCase, at, byId, NOON } from "../a_case";

describe("what is heard", () => {
  it("is the gravest case that nobody has taken", () => {
    expect(heardPriority([aCase({ status: "released" }), aCase()])).toBe(1);
    expect(heardPriority([aCase({ claimed_by: "li" })])).toBe(null);
  });

  it("is never what can wait", () =>
    expect(heardPriority([aCase({ kind: "link_lost", lift: {} as never })])).toBe(null));

  const held = (deadlines: Incident["deadlines"]) => byId([aCase({ claimed_by: "li", deadlines })]);

  it("is each deadline once, as it passes, also of a case that somebody has in hand", () => {
    const cases = held({ comfort_by: at(60), stay_by: at(900) });
    const seconds = [0, 59, 60, 61].map((second) => NOON + second * 1000);
    const [start = 0, before = 0, then = 0, after = 0] = seconds;
    expect(breachesBetween(cases, cases, start, before)).toBe(0);
    expect(breachesBetween(cases, cases, before, then)).toBe(1);
    expect(breachesBetween(cases, cases, then, after)).toBe(0);
  });

  it("is a deadline also when the desk has set the next before our clock was there", () => {
    const [before, after] = [held({ comfort_by: at(60) }), held({ comfort_by: at(360) })];
    expect(breachesBetween(before, after, NOON + 59_000, NOON + 59_800)).toBe(1);
  });

  it("is no deadline that was met in time", () => {
    expect(breachesBetween(held({ comfort_by: at(60) }), held({}), NOON, NOON + 30_000)).toBe(0);
  });

  it("tells the priorities apart by ear", () => {
    const figures = (["p1", "p2", "p3", "breach"] as const).map((tune) => TUNES[tune].map(({ hz }) => hz).join());
    expect(new Set(figures).size).toBe(4);
  });
});
