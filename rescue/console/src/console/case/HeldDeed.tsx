// A deed that waits to be done, in one case or in many, with the time that is left to think better of it.

import type { JSX } from "preact";
import type { Held } from "../../shared/api/types";
import { instant } from "../../shared/time";
import { say, type Word } from "../../shared/words/language";
import { canCommand } from "../state/centre";
import { now } from "../state/clock";
import { ACTS, HOLDS } from "../words";
import { working } from "./acting";
import type { Bundle } from "./held";
import { undoAll } from "./holding";

export const DEEDS: Readonly<Record<Held["action"], Word>> = {
  assign: ACTS.dispatch,
  stand_down: ACTS.stand_down,
  false_alarm: ACTS.false_alarm,
  close: ACTS.close,
};

export function HeldDeed({ cases }: { cases: Bundle }): JSX.Element | null {
  const held = cases[0]?.held;
  if (!held) return null;
  // The first to be done: after it not all of them can be undone.
  const until = Math.min(...cases.map((one) => (one.held ? instant(one.held.until) : Number.POSITIVE_INFINITY)));
  const left_s = Math.max(0, Math.ceil((until - now.value) / 1000));
  return (
    <>
      <p>
        <b>
          {say(DEEDS[held.action])} {held.crew_id}
          {cases.length > 1 && ` · ${say(HOLDS.cases, cases.length)}`}
        </b>{" "}
        · {say(HOLDS.in_seconds, left_s)} · {held.by}
        {held.reason && ` · ${held.reason}`}
      </p>
      <button
        type="button"
        class="primary"
        disabled={!canCommand.value || working.value === "undo"}
        onClick={() => undoAll(cases)}
      >
        {say(HOLDS.undo)} <kbd>U</kbd>
      </button>
    </>
  );
}
