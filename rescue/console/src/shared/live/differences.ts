// What was missed while the line was down: the cases as they were when it went, held against what they are now.

import type { Incident } from "../api/types";

export interface Missed {
  readonly incident: Incident;
  readonly what: "opened" | "ended" | "rose" | "moved" | "changed";
}

type Cases = ReadonlyMap<string, Incident>;

/** What is different, new cases first, then those that ended, then those that went on. */
export function differences(before: Cases, after: Cases): Missed[] {
  const opened = [...after.values()].filter(({ id }) => !before.has(id));
  const ended = [...before.values()].filter(({ id }) => !after.has(id));
  const changed = [...after.values()].flatMap((incident) => change(before.get(incident.id), incident));
  return [
    ...opened.map((incident): Missed => ({ incident, what: "opened" })),
    ...ended.map((incident): Missed => ({ incident, what: "ended" })),
    ...changed,
  ];
}

function change(before: Incident | undefined, incident: Incident): Missed[] {
  if (before === undefined || before.version === incident.version) return [];
  if (before.kind !== incident.kind || incident.level > before.level) return [{ incident, what: "rose" }];
  return [{ incident, what: before.status === incident.status ? "changed" : "moved" }];
}
