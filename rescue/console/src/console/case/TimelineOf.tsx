// All that happened, the newest first: people and machine told apart at a glance, and the chain of hashes checked.

import type { JSX } from "preact";
import type { Entry } from "../../shared/api/types";
import { when } from "../../shared/time";
import { ENTRIES } from "../../shared/words/entries";
import { say, sayName } from "../../shared/words/language";
import { ACTORS } from "../../shared/words/names";
import { now } from "../state/clock";
import { CASE } from "../words";

export function TimelineOf({
  entries,
  firstBreak,
}: {
  entries: readonly Entry[];
  firstBreak: number | null;
}): JSX.Element {
  return (
    <section class="timeline">
      <h3>{say(CASE.timeline)}</h3>
      {firstBreak !== null && (
        <p class="breached" role="status">
          {say(CASE.chain_broken, firstBreak)}
        </p>
      )}
      <ol reversed>
        {entries.toReversed().map((entry) => (
          <Line key={entry.seq} entry={entry} />
        ))}
      </ol>
    </section>
  );
}

function Line({ entry }: { entry: Entry }): JSX.Element {
  const { kind, name } = entry.actor;
  const isMachine = kind === "machine";
  return (
    <li class={isMachine ? "machine" : "person"}>
      <time dateTime={entry.at}>{when(entry.at, now.peek())}</time>
      <span class="actor">
        <span aria-hidden="true">{isMachine ? "⚙" : "☻"}</span>{" "}
        {isMachine ? say(ACTORS.machine ?? ["系统", "machine"]) : `${sayName(ACTORS, kind)} ${name}`}
      </span>
      <b>{sayName(ENTRIES, entry.what)}</b>
      <span class="said">{entry.said}</span>
    </li>
  );
}
