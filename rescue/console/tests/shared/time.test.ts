import { describe, expect, it } from "vitest";
import { duesOf, pressureOf } from "../../src/shared/deadline";
import { ServerClock } from "../../src/shared/live/clock";
import { differences } from "../../src/shared/live/differences";
import { freshness } from "../../src/shared/live/freshness";
import { inLocalTime, midnight, span, timeOfDay, when } from "../../src/shared/time";
import { aCase, anAttempt, at, byId, NOON } from "../a_case";

describe("time", () => {
  it.each([
    [0, "0:00"],
    [59.9, "0:59"],
    [725, "12:05"],
    [3723, "1:02:03"],
    [-4, "0:00"],
  ])("%f seconds read %s", (seconds, read) => expect(span(seconds)).toBe(read));

  it("is the centre's, in 24 hours, wherever the reader sits", () => {
    expect(timeOfDay(NOON, "Asia/Shanghai")).toBe("12:00:00");
    expect(timeOfDay("2026-03-02T16:00:00Z", "Asia/Shanghai")).toBe("00:00:00");
  });

  it("names the day only when it is another", () => {
    expect(when(at(0), NOON, "Asia/Shanghai")).toBe("12:00:00");
    expect(when("2026-03-01T04:00:00Z", NOON, "Asia/Shanghai")).toBe("03-01 12:00:00");
  });

  it("is the centre's in the service's sentences too, to the minute", () => {
    const said = "li puts the case aside until 2026-03-02T05:30:12.345678Z: part ordered on 2026-02-27T09:00:00+00:00";
    expect(inLocalTime(said, NOON, "Asia/Shanghai")).toBe(
      "li puts the case aside until 13:30: part ordered on 02-27 17:00",
    );
    expect(inLocalTime("lift 2026-03, code 100001", NOON)).toBe("lift 2026-03, code 100001");
  });

  it("begins the day at the centre's midnight", () => {
    expect(new Date(midnight(NOON, "Asia/Shanghai")).toISOString()).toBe("2026-03-01T16:00:00.000Z");
  });
});

describe("the service's clock", () => {
  it("is followed however wrong the PC's is", () => {
    let steady = 5000;
    const clock = new ServerClock(() => steady);
    clock.set(NOON);
    steady += 90_000;
    expect(clock.now()).toBe(NOON + 90_000);
  });

  it("does not run back and forth with the way of a message", () => {
    const clock = new ServerClock(() => 0);
    expect(clock.set(NOON)).toBe(true);
    expect(clock.set(NOON - 120)).toBe(false);
    expect(clock.now()).toBe(NOON);
    expect(clock.set(NOON + 3000)).toBe(true);
  });
});

describe("what is shown", () => {
  it.each([
    [0, "fresh"],
    [2999, "fresh"],
    [3000, "late"],
    [4999, "late"],
    [5000, "lost"],
  ] as const)("is, %i ms after the heart was heard, %s", (silent_ms, state) =>
    expect(freshness(silent_ms)).toBe(state),
  );
});

describe("a deadline", () => {
  it("is amber from seventy per cent of its time on, and breached when that is over", () => {
    const [due] = duesOf(aCase({ deadlines: { attend_by: at(100) } }));
    expect(due).toBeDefined();
    if (due === undefined) return;
    const pressures = [69, 70, 99, 100].map((second) => pressureOf(due, NOON + second * 1000));
    expect(pressures).toEqual(["calm", "amber", "amber", "breached"]);
  });

  it("counts from what it waits for: the answer of a crew from when it was asked", () => {
    const assignment = anAttempt({ offered_at: at(600), accept_by: at(780) });
    const [due] = duesOf(aCase({ assignment, deadlines: { accept_by: at(780) } }));
    expect(due?.from).toBe(NOON + 600_000);
  });

  it("that comes first stands first", () => {
    const dues = duesOf(aCase({ deadlines: { stay_by: at(900), comfort_by: at(60), accept_by: at(180) } }));
    expect(dues.map(({ name }) => name)).toEqual(["comfort_by", "accept_by", "stay_by"]);
  });
});

describe("what was missed", () => {
  it("is what opened, what ended, what became graver and what went on", () => {
    const before = byId([aCase({ id: "a" }), aCase({ id: "b" }), aCase({ id: "c" }), aCase({ id: "d" })]);
    const after = byId([
      aCase({ id: "b", version: 2, level: 2 }),
      aCase({ id: "c", version: 2, status: "en_route" }),
      aCase({ id: "d" }),
      aCase({ id: "e" }),
    ]);
    const missed = differences(before, after).map(({ incident, what }) => [incident.id, what]);
    expect(missed).toEqual([
      ["e", "opened"],
      ["a", "ended"],
      ["b", "rose"],
      ["c", "moved"],
    ]);
  });
});
