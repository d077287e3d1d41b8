// Which form of the chosen case is open: one at a time, opened by a button or by a key.

import { effect, signal } from "@preact/signals";
import { chosenId, pane } from "../state/view";

export type FormName =
  | "note"
  | "escalate"
  | "triage"
  | "confirm_release"
  | "close"
  | "stand_down"
  | "false_alarm"
  | "merge"
  | "reopen"
  | "hold_escalation"
  | "shelve"
  | "leave"
  | "dispatch";

export const openForm = signal<FormName | null>(null);

effect(() => {
  // Another case has its own forms.
  chosenId.value;
  openForm.value = null;
});

export function open(form: FormName): void {
  pane.value = "case";
  openForm.value = openForm.peek() === form ? null : form;
}

/** Shut this form, or whichever is open; another one that was opened meanwhile stays. */
export function shut(form = openForm.peek()): void {
  if (openForm.peek() === form) openForm.value = null;
}

/** Send what a form says. The next key is already meant for the case; only what is refused is typed into again. */
export async function send(form: FormName, said: () => Promise<boolean>): Promise<void> {
  const field = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  field?.blur();
  if (await said()) shut(form);
  else field?.focus();
}
