// All crews: who is on a case, who is free, who is off duty.

import { signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Crew, Incident } from "../../shared/api/types";
import { say } from "../../shared/words/language";
import { ASSIGNMENTS } from "../../shared/words/names";
import { companyName } from "../header/figures";
import { crews, incidents } from "../state/centre";
import { mayAct } from "../state/session";
import { choose } from "../state/view";
import { CREWS } from "../words";
import { Phone } from "./Phone";

const MOST_SHOWN = 300;
type Standing = "busy" | "free" | "off_duty";
const STANDINGS: readonly Standing[] = ["busy", "free", "off_duty"];

/** The crew whose phone is being signed in; one at a time. */
const linkedCrew = signal<string | null>(null);

const standing = (crew: Crew): Standing => (crew.busy ? "busy" : crew.on_duty ? "free" : "off_duty");

export function CrewList(): JSX.Element {
  const word = useSignal("");
  const wanted = word.value.trim().toLowerCase();
  const all = [...crews.value.values()].sort(
    (one, other) => rank(one) - rank(other) || one.crew_id.localeCompare(other.crew_id),
  );
  const shown = all.filter((one) => `${one.crew_id} ${one.name} ${one.company_id}`.toLowerCase().includes(wanted));
  const atWork = new Map(
    [...incidents.value.values()].flatMap((one) => (one.assignment ? [[one.assignment.crew_id, one] as const] : [])),
  );
  return (
    <section class="crews scroll" aria-labelledby="crews-title">
      <h2 id="crews-title">{say(CREWS.title)}</h2>
      <p class="counts">
        {STANDINGS.map((one) => `${say(CREWS[one])} ${all.filter((crew) => standing(crew) === one).length}`).join(
          " · ",
        )}
      </p>
      <input
        type="search"
        aria-label={say(CREWS.search)}
        placeholder={say(CREWS.search)}
        value={word.value}
        onInput={(event) => (word.value = event.currentTarget.value)}
      />
      <ul>
        {shown.slice(0, MOST_SHOWN).map((crew) => (
          <CrewRow key={crew.crew_id} crew={crew} incident={atWork.get(crew.crew_id)} />
        ))}
      </ul>
      {shown.length > MOST_SHOWN && <p class="hint">+ {shown.length - MOST_SHOWN}</p>}
    </section>
  );
}

const rank = (crew: Crew) => STANDINGS.indexOf(standing(crew));

function CrewRow({ crew, incident }: { crew: Crew; incident: Incident | undefined }): JSX.Element {
  const is = standing(crew);
  const isOpen = linkedCrew.value === crew.crew_id;
  return (
    <li class={is}>
      <b>{crew.crew_id}</b> {crew.name}{" "}
      <span class="hint">
        {companyName(crew.company_id)} · {say(CREWS.members, crew.members)}
      </span>
      {incident?.assignment ? (
        <button type="button" class="plain" onClick={() => choose(incident.id)}>
          {say(ASSIGNMENTS[incident.assignment.status])} · #{incident.number}
        </button>
      ) : (
        <span>{say(CREWS[is])}</span>
      )}
      {mayAct.value && (
        <button
          type="button"
          class="plain"
          aria-label={say(CREWS.phone_of, crew.crew_id)}
          aria-expanded={isOpen}
          onClick={() => (linkedCrew.value = isOpen ? null : crew.crew_id)}
        >
          {say(CREWS.phone)}
        </button>
      )}
      {isOpen && <Phone crewId={crew.crew_id} />}
    </li>
  );
}
