// What can be done to this case: the usual by one key each, the rest behind them; a form where something must be said.

import type { JSX } from "preact";
import type { Incident } from "../../shared/api/types";
import { say, type Word } from "../../shared/words/language";
import { isInside } from "../queue/priority";
import { canCommand } from "../state/centre";
import { ACTS } from "../words";
import { refused, working } from "./acting";
import { type Deed, isPossible } from "./allowed";
import { Candidates } from "./Candidates";
import { DeedForm } from "./DeedForm";
import { undertake } from "./deeds";
import { openForm } from "./form";

const KEYS: Partial<Record<Deed, string>> = { claim: "A", dispatch: "D", escalate: "E", note: "N" };
const SHOWN: readonly Deed[] = [
  "claim",
  "dispatch",
  "escalate",
  "note",
  "triage",
  "hold_escalation",
  "confirm_release",
  "close",
  "stand_down",
  "false_alarm",
  "merge",
  "shelve",
  "leave",
  "unclaim",
  "reopen",
];

export function Actions({ incident }: { incident: Incident }): JSX.Element {
  const form = openForm.value;
  const isStill = form !== null && isPossible(form, incident);
  return (
    <section class="actions">
      <div class="buttons">
        {SHOWN.filter((deed) => isPossible(deed, incident)).map((deed) => (
          <DeedButton key={deed} deed={deed} incident={incident} />
        ))}
      </div>
      <Refused incident={incident} />
      {isStill &&
        (form === "dispatch" ? (
          <Candidates incident={incident} />
        ) : (
          <DeedForm incident={incident} form={form} key={form} />
        ))}
    </section>
  );
}

function DeedButton({ deed, incident }: { deed: Deed; incident: Incident }): JSX.Element {
  const word = wordOf(deed, incident);
  const key = KEYS[deed];
  return (
    <button
      type="button"
      class={deed === "claim" ? "primary" : ""}
      aria-expanded={openForm.value === deed || undefined}
      disabled={!canCommand.value || working.value === deed}
      onClick={() => undertake(deed, incident)}
    >
      {say(word)} {key && <kbd>{key}</kbd>}
    </button>
  );
}

function wordOf(deed: Deed, incident: Incident): Word {
  if (deed === "claim" && incident.left !== null) return ACTS.take_over;
  return deed === "confirm_release" && isInside(incident) ? ACTS.people_out : ACTS[deed];
}

function Refused({ incident }: { incident: Incident }): JSX.Element | null {
  const why = refused.value;
  if (why?.of !== incident.id) return <p class="refusal" role="status" />;
  return (
    <p class="refusal" role="status" lang={why.lang === "en" ? "en" : undefined}>
      {why.said}
    </p>
  );
}
