// All that happened, the newest first: people and machine told apart at a glance, and the chain of hashes checked.

import type { JSX } from "preact";
import type { Entry } from "../../shared/api/types";
import { inLocalTime, when } from "../../shared/time";
import { ENTRIES } from "../../shared/words/entries";
import { say, sayName } from "../../shared/words/language";
import { ACTORS } from "../../shared/words/names";
import { toldLine } from "../../shared/words/said";
import { now } from "../state/clock";
import { CASE } from "../words";

/** What a lift says of itself is no person's word. */
const MACHINES: ReadonlySet<string> = new Set(["machine", "lift"]);

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
  const isMachine = MACHINES.has(kind);
  const { said, lang } = toldLine(entry);
  return (
    <li class={isMachine ? "machine" : "person"}>
      <time dateTime={entry.at}>{when(entry.at, now.peek())}</time>
      <span class="actor">
        <span aria-hidden="true">{isMachine ? "⚙" : "☻"}</span>{" "}
        {kind === "machine" ? sayName(ACTORS, kind) : `${sayName(ACTORS, kind)} ${name}`}
      </span>
      <b>{sayName(ENTRIES, entry.what)}</b>
      <span class="said" lang={lang}>
        {inLocalTime(said, now.peek())}
      </span>
    </li>
  );
}
