import { describe, expect, it } from "vitest";
import { isPossible } from "../../src/console/case/allowed";
import { lastHeldBy, settledBy } from "../../src/console/case/held";
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
const line = (what: string, data: Entry["data"], incident_id = "c1") =>
  ({ incident_id, what, data, actor: { kind: "operator", name: "wang", channel: "http" } }) as unknown as Entry;

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
  ])("is %s", (_is, lines, outcome, why) => {
    expect(settledBy(waits, held(), lines, NOON)).toMatchObject({ action: "close", outcome, why });
  });

  it("is the last one of whoever undoes it", () => {
    const cases = [
      aCase({ id: "a", held: held({ at: at(1) }) }),
      aCase({ id: "b", held: held({ at: at(3) }) }),
      aCase({ id: "c", held: held({ at: at(5), by: "wang" }) }),
      aCase({ id: "d" }),
    ];
    expect([lastHeldBy("li", cases)?.id, lastHeldBy("zhao", cases)]).toEqual(["b", null]);
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
