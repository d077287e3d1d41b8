import { describe, expect, it } from "vitest";
import { isPossible } from "../../src/console/case/allowed";
import { alike, bundles, lastBundleOf, type Settled, settledBy } from "../../src/console/case/held";
import { arrange, EMPTY } from "../../src/console/queue/order";
import { isUnhandled } from "../../src/console/queue/priority";
import { breachesBetween } from "../../src/console/sound/heard";
import type { Entry, Held } from "../../src/shared/api/types";
import { duesOf, pressureOf } from "../../src/shared/deadline";
import { aCase, at, byId, NOON } from "../a_case";

const held = (changes: Partial<Held> = {}): Held => ({
  action: "close",
  by: "li",
  at: at(0),
  until: at(8),
  reason: "",
  crew_id: null,
  ...changes,
});
const line = (what: string, data: Entry["data"], incident_id = "c1", seconds = 9) =>
  ({
    incident_id,
    what,
    data,
    at: at(seconds),
    actor: { kind: "operator", name: "wang", channel: "http" },
  }) as unknown as Entry;

describe("a deed that was held", () => {
  const waits = aCase({ held: held(), deadlines: { carry_out_by: at(8) } });

  it.each([
    ["done when no line says otherwise", [line("closed", {})], "done", ""],
    ["undone by whoever undid it", [line("undone", { action: "close" })], "undone", "wang"],
    [
      "not done, with the reason",
      [line("not_carried_out", { action: "close", reason: "a crew came" })],
      "not_done",
      "a crew came",
    ],
    ["not judged by another case's lines", [line("undone", { action: "close" }, "c2")], "done", ""],
    ["not judged by the lines of an earlier one", [line("undone", { action: "close" }, "c1", -60)], "done", ""],
  ])("is %s", (_is, lines, outcome, why) => {
    expect(settledBy(waits, held(), lines, NOON)).toMatchObject({ action: "close", outcome, why });
  });

  it("is undone with all that were asked for with it, the last first", () => {
    const cases = [
      aCase({ id: "a", held: held({ at: at(3), reason: "one drive for all" }) }),
      aCase({ id: "b", held: held({ at: at(1), reason: "seen to" }) }),
      aCase({ id: "c", held: held({ at: at(2), reason: "one drive for all" }) }),
      aCase({ id: "d", held: held({ at: at(0), action: "assign", crew_id: "a1" }) }),
    ];
    expect(bundles(cases).map((one) => one.map(({ id }) => id))).toEqual([["a", "c"], ["b"], ["d"]]);
    expect(lastBundleOf(bundles(cases)).map(({ id }) => id)).toEqual(["a", "c"]);
    expect(lastBundleOf([])).toEqual([]);
  });

  it("is told with those that ended alike, and never with another end", () => {
    const news = (id: string, outcome: Settled["outcome"], why = ""): Settled => ({
      incident: aCase({ id }),
      action: "close",
      outcome,
      why,
      at: NOON,
    });
    const ended = [news("a", "done"), news("b", "not_done", "a crew came"), news("c", "done"), news("d", "not_done")];
    expect(alike(ended).map((one) => one.map(({ incident }) => incident.id))).toEqual([["a", "c"], ["b"], ["d"]]);
  });

  it("is nobody's delay when its time has come: no red, no sound", () => {
    const [due] = duesOf(waits);
    expect(due && pressureOf(due, NOON + 9000)).toBe("calm");
    expect(breachesBetween(byId([waits]), byId([waits]), NOON + 7000, NOON + 9000)).toBe(0);
  });
});

describe("a case that is put aside", () => {
  const fault = aCase({ id: "f", kind: "fault", deadlines: { attend_by: at(60) } });
  const aside = { ...fault, shelved: { by: "li", reason: "part ordered", at: at(0), until: at(60) } };

  it("has left the queue, and nobody need take it", () => {
    expect([arrange(EMPTY, byId([fault]), false).others, arrange(EMPTY, byId([aside]), false).others]).toEqual([
      ["f"],
      [],
    ]);
    expect([isUnhandled(fault), isUnhandled(aside)]).toEqual([true, false]);
  });

  it("comes back without a sound", () => {
    expect(breachesBetween(byId([aside]), byId([aside]), NOON + 59_000, NOON + 61_000)).toBe(0);
  });

  it("is never one with people inside", () => {
    expect([fault, aside, aCase()].map((one) => isPossible("shelve", one))).toEqual([true, false, false]);
  });
});
