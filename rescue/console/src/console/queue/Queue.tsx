// The queue: people inside whom nobody handles on top, where nothing scrolls them away, and under them the rest.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Incident } from "../../shared/api/types";
import { when } from "../../shared/time";
import { say } from "../../shared/words/language";
import { startIntake } from "../intake/draft";
import { incidents, isLoaded } from "../state/centre";
import { now } from "../state/clock";
import { mayAct } from "../state/session";
import { chosenId, order, pane } from "../state/view";
import { HOLDS, QUEUE } from "../words";
import { FloodBar, Groups } from "./Groups";
import { grouping } from "./grouping";
import { lastSeen, pointAt, pointAway } from "./keep_order";
import { isEntrapment, isInside, isShelved, isUnhandled } from "./priority";
import { Row } from "./Row";

/** More rows than anybody reads; the rest is told by number. */
const MOST_ROWS = 400;

export function Queue(): JSX.Element {
  return (
    <section class="queue" aria-labelledby="queue-title" onPointerMove={pointAt} onPointerLeave={pointAway}>
      <div class="queue-head">
        <h2 id="queue-title">{say(QUEUE.open_cases)}</h2>
        <p class="counts">{counts()}</p>
        {mayAct.value && (
          <button type="button" class="primary" onClick={() => startIntake("")}>
            {say(QUEUE.report)}
          </button>
        )}
      </div>
      <FloodBar />
      <Pinned />
      {grouping.value === null ? <Others /> : <Groups grouping={grouping.value} />}
      <Shelved />
      <p class="held" role="status">
        {order.value.isHeld && say(QUEUE.held)}
      </p>
      <NewGrave />
    </section>
  );
}

function counts(): string {
  const all = [...incidents.value.values()];
  const trapped = all.filter((one) => isEntrapment(one) && isInside(one)).length;
  return say(QUEUE.counts, trapped, all.filter(isUnhandled).length, all.length);
}

/** What nothing scrolls away, however the rest is arranged. */
function Pinned(): JSX.Element | null {
  const { pinned } = order.value;
  if (pinned.length === 0) return null;
  return (
    <section class="pinned" aria-label={say(QUEUE.unhandled_first)}>
      <h3>
        ◆ {say(QUEUE.unhandled_first)} · {pinned.length}
      </h3>
      <List ids={pinned} />
    </section>
  );
}

function Others(): JSX.Element {
  const { pinned, others } = order.value;
  if (isLoaded.value && pinned.length + others.length === 0) return <Empty />;
  return (
    <section class="others" aria-label={say(QUEUE.others)}>
      <List ids={others.slice(0, MOST_ROWS)} />
      {others.length > MOST_ROWS && <p class="hint">+ {others.length - MOST_ROWS}</p>}
    </section>
  );
}

/** What is put aside, folded, each with the time at which it is back. */
function Shelved(): JSX.Element | null {
  const aside = [...incidents.value.values()].filter(isShelved).sort(byReturn);
  if (aside.length === 0) return null;
  return (
    <details class="shelved">
      <summary>{say(HOLDS.shelved, aside.length)}</summary>
      <ol>
        {aside.map((incident) => (
          <li key={incident.id}>
            <Row incident={incident} />
            {incident.shelved && (
              <p class="hint">
                {say(HOLDS.back_at, when(incident.shelved.until, now.value))} · {incident.shelved.by} ·{" "}
                {incident.shelved.reason}
              </p>
            )}
          </li>
        ))}
      </ol>
    </details>
  );
}

function byReturn(one: Incident, other: Incident): number {
  return (one.shelved?.until ?? "").localeCompare(other.shelved?.until ?? "");
}

function Empty(): JSX.Element {
  return (
    <div class="empty">
      <p>{say(QUEUE.none)}</p>
      <p class="hint">{say(QUEUE.none_hint)}</p>
    </div>
  );
}

function List({ ids }: { ids: readonly string[] }): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    // Whoever goes through the rows by keyboard sees the one that is chosen.
    list.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosenId.value]);
  return (
    <ol ref={list}>
      {ids.map((id) => {
        const incident = incidents.value.get(id) ?? lastSeen.get(id);
        return (
          incident && (
            <li key={id}>
              <Row incident={incident} isGone={!incidents.value.has(id)} />
            </li>
          )
        );
      })}
    </ol>
  );
}

/** Read out at once, wherever the reader is: a new case with people inside. Nothing else is. */
function NewGrave(): JSX.Element {
  const newest = useSignal("");
  const known = useRef<Set<string> | null>(null);
  const { pinned } = order.value;
  useEffect(() => {
    const before = known.current;
    known.current = new Set(pinned);
    const fresh = before === null ? [] : pinned.filter((id) => !before.has(id));
    const incident = incidents.peek().get(fresh.at(-1) ?? "");
    if (incident) newest.value = say(QUEUE.new_p1, incident.lift?.rescue_code ?? "", incident.lift?.address ?? "");
  }, [pinned]);
  return (
    <p class="unseen" role="alert">
      {pane.value && newest.value}
    </p>
  );
}
