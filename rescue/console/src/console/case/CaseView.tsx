// One case: what it is, who must do what by when, what can be done, and all that happened.

import type { JSX } from "preact";
import { exportPath } from "../../shared/api/calls";
import type { Incident } from "../../shared/api/types";
import { duesOf, pressureOf } from "../../shared/deadline";
import { instant, span, timeOfDay, when } from "../../shared/time";
import { say } from "../../shared/words/language";
import { DEADLINES } from "../../shared/words/names";
import { flyTo } from "../map/flight";
import { isEntrapment, isInside, isUnhandled, priorityOf, since } from "../queue/priority";
import { Countdown, Mark } from "../queue/Row";
import { now } from "../state/clock";
import { mayAct, mayExport } from "../state/session";
import { chosenId, isWide, pane } from "../state/view";
import { ACTS, CASE } from "../words";
import { Actions } from "./Actions";
import { isPossible } from "./allowed";
import { CrewInHand } from "./CrewInHand";
import { undertake } from "./deeds";
import { type Detail, detail, refusal } from "./detail";
import { Facts } from "./Facts";
import { Members } from "./Members";
import { Stages } from "./Stages";
import { CallNow, Comfort } from "./Talk";
import { TimelineOf } from "./TimelineOf";
import { Waits } from "./Waits";
import { Why } from "./Why";
import { peopleOf, placeOf, statusOf, titleOf } from "./wording";

export function CaseView(): JSX.Element {
  const shown = detail.value;
  if (chosenId.value === null) return <p class="hint nothing">{say(CASE.none_selected)}</p>;
  if (shown === null)
    return (
      <p class="hint nothing" role="status">
        {refusal.value || say(CASE.loading)}
      </p>
    );
  return <Shown shown={shown} key={shown.incident.id} />;
}

function Shown({ shown }: { shown: Detail }): JSX.Element {
  const { incident, entries, firstBreak } = shown;
  return (
    <article class="case scroll" aria-labelledby="case-title">
      <Head incident={incident} />
      <CallNow incident={incident} />
      {isEntrapment(incident) && isInside(incident) && mayAct.value && <Comfort incident={incident} />}
      <Waits incident={incident} />
      {mayAct.value && <Actions incident={incident} />}
      <Stages incident={incident} entries={entries ?? []} />
      <div class="columns">
        <div>
          <Facts incident={incident} />
          {incident.lift === null && <Members incident={incident} />}
        </div>
        <div>
          <Deadlines incident={incident} />
          <CrewInHand incident={incident} />
          <Why incident={incident} />
        </div>
      </div>
      {entries && <TimelineOf entries={entries} firstBreak={firstBreak} />}
      <footer class="buttons leave">
        <button type="button" onClick={() => window.print()}>
          {say(CASE.print)}
        </button>
        {mayExport.value && (
          <a href={exportPath(incident.id)} download={`case-${incident.number}.json`}>
            {say(CASE.export)}
          </a>
        )}
      </footer>
    </article>
  );
}

function Head({ incident }: { incident: Incident }): JSX.Element {
  const { lift } = incident;
  const showOnMap = () => {
    if (lift?.lon == null || lift.lat == null) return;
    flyTo(lift.lon, lift.lat, "building");
    if (!isWide.value) pane.value = "map";
  };
  return (
    <header class="case-head">
      <Mark priority={priorityOf(incident)} isUnhandled={isUnhandled(incident)} />
      <h2 id="case-title" tabIndex={-1}>
        {titleOf(incident)} · <span class="status">{statusOf(incident)}</span>
      </h2>
      <p class="where">
        {placeOf(incident)}
        {lift?.lon != null && (
          <button type="button" class="plain" onClick={showOnMap}>
            {say(CASE.on_map)}
          </button>
        )}
      </p>
      {isInside(incident) && <Stay incident={incident} />}
    </header>
  );
}

/** How long people are inside, and until when they may be. */
function Stay({ incident }: { incident: Incident }): JSX.Element {
  const { arrive_by, accident_at } = incident.clock;
  const lasts = span((now.value - since(incident)) / 1000);
  const limit = incident.arrived_at === null ? arrive_by : accident_at;
  return (
    <p class="stay">
      <b>{say(isEntrapment(incident) ? CASE.trapped_for : CASE.open_for, lasts)}</b>
      {isEntrapment(incident) && ` · ${peopleOf(incident)}`}
      {limit && (
        <span class={now.value > instant(limit) ? "breached" : ""}>
          {` · ${say(incident.arrived_at === null ? CASE.arrive_by : CASE.accident_at)} ${timeOfDay(limit)} `}
          (<Countdown by={instant(limit)} />)
        </span>
      )}
    </p>
  );
}

function Deadlines({ incident }: { incident: Incident }): JSX.Element | null {
  const dues = duesOf(incident);
  if (dues.length === 0) return null;
  return (
    <section class="deadlines">
      <h3>{say(CASE.deadlines)}</h3>
      <ul>
        {dues.map((due) => (
          <li key={due.name} class={pressureOf(due, now.value)}>
            <span>{say(DEADLINES[due.name])}</span> <time>{when(due.by, now.value)}</time> <Countdown by={due.by} />
            <meter
              min={0}
              max={1}
              value={Math.min(1, (now.value - due.from) / (due.by - due.from))}
              aria-label={say(DEADLINES[due.name])}
            />
            {due.name === "engage_by" && mayAct.value && isPossible("hold_escalation", incident) && (
              <button type="button" class="plain" onClick={() => undertake("hold_escalation", incident)}>
                {say(ACTS.hold_escalation)}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
