import { describe, expect, it } from "vitest";
import type { Assignment, Incident, LiveEvent, Reset, Snapshot } from "../../src/shared/api/types";
import { Gap, hear, isCurrent, type LiveState, NOTHING, type Scene } from "../../src/shared/live/state";
import { aCase, anAttempt, anOperator, at } from "../a_case";

const EPOCH = "e1";

function reset(seq: number, parts: number): Reset {
  return { type: "reset", epoch: EPOCH, seq, reason: "first_visit", parts };
}

function snapshot(seq: number, changes: Partial<Snapshot> = {}): Snapshot {
  return {
    type: "snapshot",
    seq,
    part: 1,
    parts: 1,
    incidents: [],
    assignments: [],
    crews: [],
    operators: [],
    ...changes,
  };
}

function event(seq: number, changes: Partial<LiveEvent> = {}): LiveEvent {
  const nothing = {
    incidents: [],
    closed: [],
    assignments: [],
    entries: [],
    crews: [],
    gone_crews: [],
    operators: null,
  };
  return { type: "event", seq, at: at(seq), ...nothing, ...changes };
}

const begun = (changes: Partial<Snapshot> = {}) => hear(NOTHING, [reset(0, 1), snapshot(0, changes)], EPOCH);

describe("the state of the centre", () => {
  it("is current once every part of the snapshot is there, and not before", () => {
    const half = hear(NOTHING, [reset(7, 2), snapshot(7, { parts: 2, incidents: [aCase()] })], EPOCH);
    expect(isCurrent(half)).toBe(false);
    const whole = hear(half, [snapshot(7, { part: 2, parts: 2, incidents: [aCase({ id: "c2" })] })], EPOCH);
    expect(isCurrent(whole)).toBe(true);
    expect([...whole.scene.incidents.keys()]).toEqual(["c1", "c2"]);
    expect(whole.scene.seq).toBe(7);
  });

  it("shows what it knew until the new snapshot is whole", () => {
    const knew = begun({ incidents: [aCase()] });
    const told = hear(knew, [reset(9, 2), snapshot(9, { parts: 2 })], EPOCH);
    expect([...told.scene.incidents.keys()]).toEqual(["c1"]);
  });

  it("lets a closed case leave with its attempts, and takes no attempt of a case it does not know", () => {
    const knew = begun({ incidents: [aCase()], assignments: [anAttempt()] });
    const closed = event(1, { incidents: [aCase({ status: "closed" })], closed: ["c1"], assignments: [anAttempt()] });
    const { scene } = hear(knew, [closed], EPOCH);
    expect([scene.incidents.size, scene.assignments.size]).toEqual([0, 0]);
  });

  it("keeps the operators unless it is told of others", () => {
    const knew = begun({ operators: [anOperator("li")] });
    expect(hear(knew, [event(1)], EPOCH).scene.operators).toHaveLength(1);
    expect(hear(knew, [event(1, { operators: [] })], EPOCH).scene.operators).toHaveLength(0);
  });

  it("takes a repeated event for what it is", () => {
    const once = hear(begun(), [event(1, { incidents: [aCase({ version: 2 })] })], EPOCH);
    expect(hear(once, [event(1, { incidents: [aCase({ version: 9 })] })], EPOCH)).toBe(once);
  });

  it.each([
    ["an event that was skipped", [event(2)]],
    ["a snapshot nobody announced", [snapshot(3)]],
    ["a part out of turn", [reset(3, 2), snapshot(3, { part: 2, parts: 2 })]],
    ["an event within a snapshot", [reset(3, 2), event(4)]],
  ])("knows that %s is a gap", (_name, messages) => {
    expect(() => hear(begun(), messages, EPOCH)).toThrow(Gap);
  });

  it("is current after a replay only when the last of it came", () => {
    const back = hear(begun(), [{ type: "replay", from_seq: 1, to_seq: 2 }, event(1)], EPOCH);
    expect(isCurrent(back)).toBe(false);
    expect(isCurrent(hear(back, [event(2)], EPOCH))).toBe(true);
  });

  it("is current at once after a replay of nothing", () => {
    expect(isCurrent(hear(begun(), [{ type: "replay", from_seq: 1, to_seq: 0 }], EPOCH))).toBe(true);
  });
});

/** A sequence that looks random and is the same each time (mulberry32). */
function chances(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A centre told in the plainest way, from which both events and snapshots are made. */
class Centre {
  seq = 0;
  readonly cases = new Map<string, Incident>();
  readonly attempts = new Map<string, Assignment>();

  constructor(private readonly below: (below: number) => number) {}

  next(): LiveEvent {
    this.seq += 1;
    const id = `c${this.below(6)}`;
    const version = (this.cases.get(id)?.version ?? 0) + 1;
    if (this.cases.has(id) && this.below(4) === 0) return this.close(id, version);
    const incident = aCase({ id, version, level: 1 + this.below(3) });
    const attempt = anAttempt({ id: `t${this.below(9)}`, incident_id: id, attempt: version });
    this.cases.set(id, incident);
    this.attempts.set(attempt.id, attempt);
    return event(this.seq, { incidents: [incident], assignments: [attempt] });
  }

  private close(id: string, version: number): LiveEvent {
    this.cases.delete(id);
    for (const [key, one] of this.attempts) if (one.incident_id === id) this.attempts.delete(key);
    return event(this.seq, { incidents: [aCase({ id, version, status: "closed" })], closed: [id] });
  }

  fresh(): LiveState {
    const parts = { incidents: [...this.cases.values()], assignments: [...this.attempts.values()] };
    return hear(NOTHING, [reset(this.seq, 1), snapshot(this.seq, parts)], EPOCH);
  }
}

const plain = ({ incidents, assignments, seq }: Scene) => ({
  seq,
  incidents: Object.fromEntries(incidents),
  assignments: Object.fromEntries(assignments),
});

describe("old state and events", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))("are the fresh snapshot, for history %i", (seed) => {
    const below = chances(seed);
    const centre = new Centre(below);
    let state = centre.fresh();
    for (let turn = 0; turn < 30; turn += 1) {
      const batch = Array.from({ length: 1 + below(5) }, () => centre.next());
      state = hear(state, batch, EPOCH);
      expect(plain(state.scene)).toEqual(plain(centre.fresh().scene));
    }
  });
});
