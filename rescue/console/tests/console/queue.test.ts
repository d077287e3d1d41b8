import { describe, expect, it } from "vitest";
import { groupsOf, isFlood } from "../../src/console/queue/flood";
import { arrange, EMPTY, neighbour } from "../../src/console/queue/order";
import { byUrgency, isPinned, priorityOf } from "../../src/console/queue/priority";
import type { Incident, Lift } from "../../src/shared/api/types";
import { aCase, anAttempt, anOperator, at, byId, NOON } from "../a_case";

const lift = (address: string) => ({ lift_id: address, address, building: "", rescue_code: null }) as unknown as Lift;
const held = (id: string, changes: Partial<Incident> = {}) => aCase({ id, claimed_by: "li", ...changes });
const fault = (id: string, changes: Partial<Incident> = {}) =>
  aCase({ id, kind: "fault", lift: lift(id), evidence: { confidence: null, reasons: [] }, ...changes });

describe("priority", () => {
  it.each([
    ["people inside", aCase(), 1],
    ["people who may be inside", aCase({ evidence: { confidence: "possible", reasons: [] } }), 2],
    ["somebody hurt, however unsure", aCase({ injured: 1, evidence: { confidence: "possible", reasons: [] } }), 1],
    ["an outage", fault("o", { kind: "power_outage" }), 2],
    ["a fault", fault("f"), 3],
    ["a lost link", fault("l", { kind: "link_lost" }), 4],
    ["people who are out", aCase({ status: "released" }), 3],
  ])("of %s", (_what, incident, priority) => expect(priorityOf(incident)).toBe(priority));

  it("pins people inside until somebody has taken the case", () => {
    expect([aCase(), held("c"), fault("f")].map(isPinned)).toEqual([true, false, false]);
  });

  it("puts the hurt before the others, the unattended before those to whom a crew goes, the longest trapped first", () => {
    const cases = [
      aCase({ id: "served", assignment: anAttempt({ status: "accepted" }) }),
      aCase({ id: "late", opened_at: at(60) }),
      aCase({ id: "early" }),
      aCase({ id: "hurt", injured: 1, opened_at: at(90) }),
      fault("fault"),
    ];
    expect(cases.sort(byUrgency).map(({ id }) => id)).toEqual(["hurt", "early", "late", "served", "fault"]);
  });
});

describe("rows", () => {
  const shown = arrange(EMPTY, byId([aCase({ id: "a" }), fault("b"), fault("c", { opened_at: at(5) })]), false);

  it("stand by urgency, people inside apart", () => {
    expect([shown.pinned, shown.others]).toEqual([["a"], ["b", "c"]]);
  });

  it("do not move while somebody points at them: what is new comes last, what is over stays", () => {
    const after = byId([fault("b"), fault("c"), fault("d", { opened_at: at(-60) }), aCase({ id: "e", injured: 1 })]);
    const held = arrange(shown, after, true);
    expect([held.pinned, held.others, held.isHeld]).toEqual([["a", "e"], ["b", "c", "d"], true]);
    const released = arrange(held, after, false);
    expect([released.pinned, released.others, released.isHeld]).toEqual([["e"], ["d", "b", "c"], false]);
  });

  it("are gone through by keyboard from the first to the last and no further", () => {
    const path = [null, "a", "b", "c"].map((id) => neighbour(shown, id, 1));
    expect(path).toEqual(["a", "b", "c", "c"]);
    expect(neighbour(shown, "a", -1)).toBe("a");
    expect(neighbour(EMPTY, null, 1)).toBe(null);
  });
});

describe("a flood", () => {
  const cases = (count: number, seconds = 0) =>
    Array.from({ length: count }, (_, n) => fault(`f${n}`, { opened_at: at(seconds) }));

  it("is more than ten new cases in ten minutes for each operator", () => {
    const [one, two] = [[anOperator("li")], [anOperator("li"), anOperator("wang")]];
    expect([isFlood(cases(10), one, NOON), isFlood(cases(11), one, NOON), isFlood(cases(11), two, NOON)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(isFlood(cases(30, -601), one, NOON)).toBe(false);
  });

  it("is dealt with by building, those with people inside whom nobody handles first", () => {
    const all = [
      fault("f", { lift: lift("East 1") }),
      aCase({ id: "x", lift: lift("West 9") }),
      fault("g", { lift: lift("West 9") }),
    ];
    const groups = groupsOf(all, "building");
    expect(groups.map(({ key, inside }) => [key, inside])).toEqual([
      ["West 9", 1],
      ["East 1", 0],
    ]);
    expect(groups[0]?.first.id).toBe("x");
  });

  it("is dealt with by outage: a parent case and its own", () => {
    const parent = fault("p", { kind: "power_outage", lift: null });
    const groups = groupsOf([parent, fault("m", { parent_id: "p" }), fault("z")], "outage");
    expect(groups.map(({ key, cases: members }) => [key, members.length])).toEqual([
      ["p", 2],
      ["", 1],
    ]);
  });
});
