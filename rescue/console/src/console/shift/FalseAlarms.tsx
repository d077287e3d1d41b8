// Where false alarms come from, the worst source first.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { readFalseAlarms } from "../../shared/api/calls";
import { Refusal } from "../../shared/api/client";
import type { FalseAlarmsBy, FalseAlarms as Found } from "../../shared/api/types";
import { day } from "../../shared/time";
import { say, type Word } from "../../shared/words/language";
import { reasonOf } from "../case/acting";
import { SHIFT } from "../words";

const DAYS = 30;
const MOST_SHOWN = 10;
const BY: Readonly<Record<FalseAlarmsBy, Word>> = {
  lift: SHIFT.lift,
  building: SHIFT.building,
  company: SHIFT.company,
};

export function FalseAlarms(): JSX.Element {
  const by = useSignal<FalseAlarmsBy>("lift");
  const found = useSignal<Found["items"]>([]);
  const refusal = useSignal("");
  const ask = async () => {
    try {
      const asked = by.peek();
      const { items } = await readFalseAlarms(asked, DAYS, MOST_SHOWN);
      if (asked === by.peek()) found.value = items;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal.value = reasonOf(error).said;
    }
  };
  useEffect(() => void ask(), [by.value]);
  return (
    <section>
      <h3 id="false-title">{say(SHIFT.false_alarms)}</h3>
      <div class="choices" role="group" aria-label={say(SHIFT.by)}>
        {(Object.keys(BY) as FalseAlarmsBy[]).map((one) => (
          <button key={one} type="button" aria-pressed={by.value === one} onClick={() => (by.value = one)}>
            {say(BY[one])}
          </button>
        ))}
      </div>
      {found.value.length > 0 ? <Sources sources={found.value} by={by.value} /> : <p class="hint">{say(SHIFT.none)}</p>}
      <p class="refusal" role="status">
        {refusal.value}
      </p>
    </section>
  );
}

function Sources({ sources, by }: { sources: Found["items"]; by: FalseAlarmsBy }): JSX.Element {
  return (
    <table aria-labelledby="false-title">
      <thead>
        <tr>
          {[BY[by], SHIFT.of, SHIFT.share, SHIFT.last].map((word) => (
            <th key={word[1]} scope="col">
              {say(word)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sources.map(({ key, label, cases, false_alarms, share, last_at }) => (
          <tr key={key}>
            <th scope="row">{label || key}</th>
            <td>
              {false_alarms} / {cases}
            </td>
            <td>{Math.round(share * 100)} %</td>
            <td>{day(last_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
