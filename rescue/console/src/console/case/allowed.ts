// What can be done to a case as it stands: the service judges, but nobody is offered what it would only refuse. Pure.

import type { Incident } from "../../shared/api/types";
import { isEntrapment, isInside, isOver, isShelved } from "../queue/priority";
import type { FormName } from "./form";

export type Deed = FormName | "claim" | "unclaim" | "comfort" | "unshelve";

const LAST_LEVEL = 3;

const WHEN: Readonly<Record<Deed, (incident: Incident) => boolean>> = {
  claim: (one) => !isOver(one) && one.claimed_by === null,
  unclaim: (one) => !isOver(one) && one.claimed_by !== null,
  comfort: (one) => isEntrapment(one) && isInside(one),
  dispatch: (one) => isInside(one) && one.lift !== null,
  escalate: (one) => isEntrapment(one) && isInside(one) && one.level < LAST_LEVEL,
  note: (one) => !isOver(one),
  triage: (one) => one.lift !== null && isInside(one),
  confirm_release: (one) => isEntrapment(one) && !isOver(one) && one.called_back_at === null,
  close: (one) => !isOver(one) && (!isEntrapment(one) || one.called_back_at !== null),
  stand_down: (one) => isEntrapment(one) && isInside(one),
  false_alarm: (one) => isInside(one),
  merge: (one) => isEntrapment(one) && isInside(one),
  reopen: isOver,
  hold_escalation: (one) => isEntrapment(one) && isInside(one) && one.deadlines.engage_by !== undefined,
  shelve: (one) => !isEntrapment(one) && one.status === "open" && !isShelved(one),
  unshelve: isShelved,
  leave: (one) => !isOver(one) && one.claimed_by !== null,
};

export function isPossible(deed: Deed, incident: Incident): boolean {
  return WHEN[deed](incident);
}
