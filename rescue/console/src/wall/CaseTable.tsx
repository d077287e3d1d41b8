// The open cases, those with people inside first: how long it has lasted, who goes, how much time is left.

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { instant, span } from "../shared/time";
import { say, sayName } from "../shared/words/language";
import { ASSIGNMENTS, KINDS, STATUSES } from "../shared/words/names";
import { type Case, isTrapped, waitsForCrew } from "./scene";
import { cases, figures, isLoaded, now } from "./state";
import { WORDS } from "./words";

const AMBER_AFTER = 0.7;

export function CaseTable(): JSX.Element {
  const host = useRef<HTMLElement>(null);
  const fits = useRowsThatFit(host);
  const shown = cases.value.slice(0, fits);
  const left = cases.value.length - shown.length;
  return (
    <section class="cases" ref={host}>
      <h2>
        {say(WORDS.open_cases)} {isLoaded.value && cases.value.length}
        {left > 0 && <small>{say(WORDS.more, left)}</small>}
      </h2>
      {cases.value.length === 0 && isLoaded.value ? (
        <p class="none">{say(WORDS.no_cases)}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{say(WORDS.age)}</th>
              <th scope="col">{say(WORDS.code)}</th>
              <th scope="col">{say(WORDS.place)}</th>
              <th scope="col">{say(WORDS.status)}</th>
              <th scope="col">{say(WORDS.company)}</th>
              <th scope="col">{say(WORDS.deadline)}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <Row key={one.id} one={one} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({ one }: { one: Case }): JSX.Element {
  return (
    <tr class={waitsForCrew(one) ? "waits" : isTrapped(one) ? "trapped" : ""} data-case={one.id}>
      <td class="age">{span((now.value - instant(one.opened_at)) / 1000)}</td>
      <td class="code">{one.rescue_code ?? one.lift_id ?? `×${one.affected}`}</td>
      <td class="place">{[one.address, one.building].filter(Boolean).join(" ")}</td>
      <td>{one.kind === "entrapment" ? sayName(STATUSES, one.status) : sayName(KINDS, one.kind)}</td>
      <td class="place">{going(one)}</td>
      <td class={`deadline ${pressure(one)}`}>{deadline(one)}</td>
    </tr>
  );
}

function going({ assignment }: Case): string {
  if (assignment === null) return "–";
  const isComing = assignment.status === "accepted" || assignment.status === "en_route";
  const eta = isComing && assignment.eta_s !== null ? say(WORDS.minutes_eta, Math.ceil(assignment.eta_s / 60)) : "";
  const how = assignment.status === "offered" ? sayName(ASSIGNMENTS, assignment.status) : eta;
  const company = figures.value?.companies[assignment.company_id] || assignment.company_id;
  return [company, how].filter(Boolean).join(" · ");
}

function leftOf({ clock, arrived_at }: Case): number | null {
  return clock.arrive_by === null || arrived_at !== null ? null : (instant(clock.arrive_by) - now.value) / 1000;
}

function deadline(one: Case): string {
  if (one.arrived_at !== null) return say(WORDS.arrived);
  const left_s = leftOf(one);
  if (left_s === null || !isTrapped(one)) return "";
  return left_s >= 0 ? say(WORDS.left, span(left_s)) : say(WORDS.over, span(-left_s));
}

function pressure(one: Case): "calm" | "amber" | "breached" {
  const left_s = leftOf(one);
  if (left_s === null || !isTrapped(one) || one.clock.arrive_by === null) return "calm";
  const all_s = (instant(one.clock.arrive_by) - instant(one.clock.trapped_since ?? one.opened_at)) / 1000;
  if (left_s < 0) return "breached";
  return left_s < (1 - AMBER_AFTER) * all_s ? "amber" : "calm";
}

/** As many rows as the wall has room for: what cannot be seen is counted instead. */
function useRowsThatFit(host: { current: HTMLElement | null }): number {
  const [fits, setFits] = useState(8);
  useLayoutEffect(() => {
    const measure = () => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      if (host.current)
        setFits(Math.max(1, Math.floor((host.current.clientHeight - HEAD_REM * rem) / (ROW_REM * rem))));
    };
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, [host]);
  return fits;
}

const HEAD_REM = 5.5;
const ROW_REM = 3;
