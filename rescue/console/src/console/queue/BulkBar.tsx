// The commands for all cases that are ticked.

import { useSignal } from "@preact/signals";
import type { JSX, TargetedSubmitEvent } from "preact";
import { say, type Word } from "../../shared/words/language";
import { canCommand } from "../state/centre";
import { ACTS, FLOOD, HOLDS } from "../words";
import {
  BULK_ACTIONS,
  type BulkAction,
  isUnderWay,
  NEEDS_REASON,
  performAll,
  progress,
  selectAll,
  selected,
} from "./bulk";

const WORDS: Readonly<Record<BulkAction, Word>> = {
  undo: HOLDS.undo,
  claim: ACTS.claim,
  comfort: ACTS.comfort,
  note: ACTS.note,
  escalate: ACTS.escalate,
  close: ACTS.close,
  false_alarm: ACTS.false_alarm,
};
/** How it is told what became of them, where they are not simply done. */
const ENDED: Partial<Record<BulkAction, Word>> = {
  close: FLOOD.bulk_held,
  false_alarm: FLOOD.bulk_held,
  undo: FLOOD.bulk_undone,
};

export function BulkBar(): JSX.Element | null {
  const action = useSignal<BulkAction>("claim");
  const reason = useSignal("");
  const cases = selected.value;
  const at = progress.value;
  if (cases.length === 0 && at === null) return null;

  const onSubmit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    await performAll(cases, action.value, reason.value);
    selectAll(
      cases.map(({ id }) => id),
      false,
    );
    reason.value = "";
  };

  return (
    <form class="bulk" aria-label={say(FLOOD.bulk)} onSubmit={onSubmit}>
      {cases.length > 0 && (
        <>
          <b>{say(FLOOD.bulk_of, cases.length)}</b>
          <select
            aria-label={say(FLOOD.bulk)}
            value={action.value}
            onChange={(event) => (action.value = event.currentTarget.value as BulkAction)}
          >
            {BULK_ACTIONS.map((one) => (
              <option key={one} value={one}>
                {say(WORDS[one])}
              </option>
            ))}
          </select>
          <input
            aria-label={say(ACTS.reason)}
            placeholder={say(ACTS.reason)}
            value={reason.value}
            required={NEEDS_REASON.has(action.value)}
            maxLength={500}
            onInput={(event) => (reason.value = event.currentTarget.value)}
          />
          <button type="submit" class="primary" disabled={!canCommand.value || isUnderWay.value}>
            {say(ACTS.send)}
          </button>
        </>
      )}
      {at && (
        <p role="status">
          {isUnderWay.value
            ? say(FLOOD.bulk_working, at.done + at.refused.length, at.of)
            : say(ENDED[at.action] ?? FLOOD.bulk_done, at.done, at.refused.length)}
          {at.refused.map(({ number, said }) => ` · #${number}: ${said}`)}
        </p>
      )}
    </form>
  );
}
