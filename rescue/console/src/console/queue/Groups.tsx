// Flood mode: cases by what they share, and many of them handled with one reason.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Incident } from "../../shared/api/types";
import { span } from "../../shared/time";
import { say, type Word } from "../../shared/words/language";
import { incidents } from "../state/centre";
import { now } from "../state/clock";
import { mayAct } from "../state/session";
import { FLOOD, QUEUE } from "../words";
import { BulkBar } from "./BulkBar";
import { selectAll, selection, toggle } from "./bulk";
import { GROUPINGS, type Group, type Grouping, groupsOf } from "./flood";
import { groupBy, grouping, isFlooded } from "./grouping";
import { isShelved, since } from "./priority";
import { Mark, Row } from "./Row";

const WORDS: Readonly<Record<Grouping, Word>> = {
  building: FLOOD.building,
  district: FLOOD.district,
  outage: FLOOD.outage,
};
const WITHIN_MS = 10 * 60_000;

export function FloodBar(): JSX.Element | null {
  if (incidents.value.size < 2) return null;
  const fresh = [...incidents.value.values()].filter((one) => now.value - Date.parse(one.opened_at) <= WITHIN_MS);
  return (
    <div class={isFlooded.value ? "flood-bar on" : "flood-bar"}>
      {isFlooded.value && <b role="status">{say(FLOOD.flood, fresh.length)}</b>}
      <div class="choices" role="group" aria-label={say(FLOOD.group_by)}>
        <span class="hint">{say(FLOOD.group_by)}</span>
        {([null, ...GROUPINGS] as const).map((by) => (
          <button key={by} type="button" aria-pressed={grouping.value === by} onClick={() => groupBy(by)}>
            {say(by === null ? FLOOD.rows : WORDS[by])}
          </button>
        ))}
      </div>
      {mayAct.value && <BulkBar />}
    </div>
  );
}

export function Groups({ grouping: by }: { grouping: Grouping }): JSX.Element {
  const groups = groupsOf(
    [...incidents.value.values()].filter((one) => !isShelved(one)),
    by,
  );
  return (
    <section class="groups" aria-label={say(QUEUE.others)}>
      {groups.map((group) => (
        <GroupOf key={group.key} group={group} />
      ))}
    </section>
  );
}

function GroupOf({ group }: { group: Group }): JSX.Element {
  const isOpen = useSignal(false);
  const { cases, worst, unhandled, inside, first } = group;
  return (
    <details
      class={unhandled > 0 ? `group p${worst} unhandled` : "group"}
      onToggle={(event) => (isOpen.value = event.currentTarget.open)}
    >
      <summary>
        <Mark priority={worst} isUnhandled={unhandled > 0} />
        <b class="name">{nameOf(group)}</b>
        <span class="group-counts">{say(FLOOD.group_counts, cases.length, inside, unhandled)}</span>
        <span class="age">{span((now.value - since(first)) / 1000)}</span>
      </summary>
      {isOpen.value && <Within group={group} />}
    </details>
  );
}

function Within({ group: { cases, grouping: by, inside } }: { group: Group }): JSX.Element {
  const ids = cases.map(({ id }) => id);
  const isAll = ids.every((id) => selection.value.has(id));
  return (
    <>
      {mayAct.value && (
        <label class="pick-all">
          <input type="checkbox" checked={isAll} onChange={() => selectAll(ids, !isAll)} /> {say(FLOOD.choose_all)}
        </label>
      )}
      <ol>
        {cases.map((incident, place) => (
          <li key={incident.id} class="picked-row">
            {mayAct.value && <Tick incident={incident} />}
            <Row incident={incident} />
            {place === 0 && inside > 1 && by === "building" && <b class="first">{say(FLOOD.go_first)}</b>}
          </li>
        ))}
      </ol>
    </>
  );
}

function Tick({ incident: { id, number } }: { incident: Incident }): JSX.Element {
  return (
    <input
      type="checkbox"
      aria-label={say(FLOOD.choose, number)}
      checked={selection.value.has(id)}
      onChange={() => toggle(id)}
    />
  );
}

function nameOf({ key, grouping: by, first }: Group): string {
  if (key === "") return say(FLOOD.shared_by_none);
  if (by === "district") return say(QUEUE.area_of, key);
  if (by === "building") return key;
  const outage = incidents.value.get(key) ?? first;
  return [say(FLOOD.of_case, outage.number), outage.building].filter(Boolean).join(" · ");
}
