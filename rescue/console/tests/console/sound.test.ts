import { describe, expect, it } from "vitest";
import { breachesBetween, heardPriority } from "../../src/console/sound/heard";
import { TUNES } from "../../src/console/sound/tones";
import { aCase, at, NOON } from "../a_case";

describe("what is heard", () => {
  it("is the gravest case that nobody has taken", () => {
    expect(heardPriority([aCase({ status: "released" }), aCase()])).toBe(1);
    expect(heardPriority([aCase({ claimed_by: "li" })])).toBe(null);
  });

  it("is never what can wait", () =>
    expect(heardPriority([aCase({ kind: "link_lost", lift: {} as never })])).toBe(null));

  it("is each deadline once, as it passes, also of a case that somebody has in hand", () => {
    const cases = [aCase({ claimed_by: "li", deadlines: { comfort_by: at(60), stay_by: at(900) } })];
    expect(breachesBetween(cases, NOON, NOON + 59_000)).toBe(0);
    expect(breachesBetween(cases, NOON + 59_000, NOON + 60_000)).toBe(1);
    expect(breachesBetween(cases, NOON + 60_000, NOON + 61_000)).toBe(0);
  });

  it("tells the priorities apart by ear", () => {
    const figures = (["p1", "p2", "p3", "breach"] as const).map((tune) => TUNES[tune].map(({ hz }) => hz).join());
    expect(new Set(figures).size).toBe(4);
  });
});
