// The lifts of a parent case: which still suffer, which are back.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { readMembers } from "../../shared/api/calls";
import { Refusal } from "../../shared/api/client";
import type { Incident, Member } from "../../shared/api/types";
import { timeOfDay } from "../../shared/time";
import { say } from "../../shared/words/language";
import { CASE } from "../words";

const MOST_SHOWN = 200;

export function Members({ incident }: { incident: Incident }): JSX.Element {
  const members = useSignal<readonly Member[]>([]);
  useEffect(() => {
    readMembers(incident.id).then(
      (found) => (members.value = found),
      (error) => {
        // The rest of the case stays as it is; the list is read again with the next news.
        if (!(error instanceof Refusal)) throw error;
      },
    );
  }, [incident.id, incident.affected, incident.recovered]);
  const suffering = members.value.filter(({ left_at }) => left_at === null);
  return (
    <details class="members">
      <summary>
        {say(CASE.lifts_of)} · {suffering.length} / {members.value.length}
      </summary>
      <ul>
        {members.value.slice(0, MOST_SHOWN).map(({ lift_id, building, left_at, joined_at }) => (
          <li key={lift_id} class={left_at ? "back" : ""}>
            <b>{lift_id}</b> {building} ·{" "}
            {left_at ? `${say(CASE.back)} ${timeOfDay(left_at)}` : `${say(CASE.suffers)} ${timeOfDay(joined_at)}`}
          </li>
        ))}
      </ul>
    </details>
  );
}
