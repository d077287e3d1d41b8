// What must be known before anything else: the line is down, the page is old, what was missed, what is amiss.

import type { JSX } from "preact";
import type { Missed as MissedCase } from "../../shared/live/differences";
import { say, type Word } from "../../shared/words/language";
import { told } from "../../shared/words/said";
import { plateOf, statusOf, whatOf } from "../case/wording";
import { health } from "../header/figures";
import { hasDraft } from "../intake/draft";
import { leftCases } from "../shift/shift";
import { fresh, isStaleBuild, missed, silentFor_s, trouble } from "../state/centre";
import { mayAct } from "../state/session";
import { choose, pane } from "../state/view";
import { FRAME, SHIFT } from "../words";

export function Notices(): JSX.Element {
  return (
    <div class="notices">
      {fresh.value === "lost" && (
        <p class="banner grave" role="status">
          {say(FRAME.lost, silentFor_s.value)}
        </p>
      )}
      {trouble.value && (
        <p class="banner grave" role="status">
          {say(FRAME.desk_trouble, told(trouble.value).said)}
        </p>
      )}
      {isStaleBuild.value && <StaleBuild />}
      <Missed />
      <ToTakeOver />
      <Health />
    </div>
  );
}

function StaleBuild(): JSX.Element {
  return (
    <p class="banner" role="status">
      {say(FRAME.stale_build)} {hasDraft.value && <b>{say(FRAME.reload_loses)}</b>}
      <button type="button" onClick={() => location.reload()}>
        {say(FRAME.reload)}
      </button>
    </p>
  );
}

const WHAT: Readonly<Record<MissedCase["what"], Word>> = {
  opened: FRAME.missed_opened,
  ended: FRAME.missed_ended,
  rose: FRAME.missed_rose,
  moved: FRAME.missed_moved,
  changed: FRAME.missed_changed,
};

function Missed(): JSX.Element | null {
  if (missed.value.length === 0) return null;
  return (
    <section class="banner missed" role="status">
      <b>{say(FRAME.missed)}</b>
      <ul>
        {missed.value.map(({ incident, what }) => (
          <li key={`${incident.id} ${what} ${incident.version}`}>
            <button type="button" class="plain" onClick={() => choose(incident.id)}>
              {say(WHAT[what])} · #{incident.number} {whatOf(incident)} {plateOf(incident)} · {statusOf(incident)}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => (missed.value = [])}>
        {say(FRAME.missed_read)}
      </button>
    </section>
  );
}

/** Cases that somebody left when their shift was over. */
function ToTakeOver(): JSX.Element | null {
  const count = leftCases.value.length;
  if (count === 0 || !mayAct.value) return null;
  return (
    <p class="banner" role="status">
      {say(SHIFT.waiting_notice, count)}
      <button type="button" onClick={() => (pane.value = "shift")}>
        {say(SHIFT.title)} <kbd>H</kbd>
      </button>
    </p>
  );
}

/** What a person should see to; calm, for no case waits in vain for it. */
function Health(): JSX.Element | null {
  const { reasons = [], warnings = [] } = health.value ?? {};
  const said = [
    ...reasons.map((one) => say(FRAME.not_ready, told(one).said)),
    ...warnings.map((one) => say(FRAME.see_to, told(one).said)),
  ];
  return said.length === 0 ? null : (
    <p class="health" role="status">
      {said.join(" · ")}
    </p>
  );
}
