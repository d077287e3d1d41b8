// The keyboard at work.

import { useEffect } from "preact/hooks";
import { undertake } from "../case/deeds";
import { openForm, shut } from "../case/form";
import { undo } from "../case/holding";
import { startIntake } from "../intake/draft";
import { neighbour } from "../queue/order";
import { isOver, mayAct } from "../state/session";
import { choose, chosenId, isHelpShown, isWide, order, type Pane, pane } from "../state/view";
import { type Command, meaningOf } from "./bindings";

const TYPED_INTO = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const WORKED_BY_KEYS = "button, a, summary, input, [role=application]";

export function useKeys(): void {
  useEffect(() => {
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

function onKey(event: KeyboardEvent): void {
  if (isOver.peek() || event.isComposing || event.defaultPrevented) return;
  const target = event.target instanceof Element ? event.target : document.body;
  const { key, ctrlKey, metaKey, altKey } = event;
  const [isTyping, isOnControl] = [target.matches(TYPED_INTO), target.matches(WORKED_BY_KEYS)];
  const meaning = meaningOf({ key, ctrlKey, metaKey, altKey, isTyping, isOnControl });
  if (meaning === null) return;
  event.preventDefault();
  if (typeof meaning === "string") obey[meaning]();
  else if (mayAct.peek()) startIntake(meaning.code);
}

const go = (step: 1 | -1) => () => choose(neighbour(order.peek(), chosenId.peek(), step));

/** Show this pane, or the case again. */
function show(which: Pane): void {
  pane.value = pane.peek() === which ? "case" : which;
}

const obey: Readonly<Record<Command, () => void>> = {
  next: go(1),
  previous: go(-1),
  open: () => {
    pane.value = "case";
    // The title is not there yet if another pane was shown.
    requestAnimationFrame(() => document.getElementById("case-title")?.focus());
  },
  claim: () => undertake("claim"),
  dispatch: () => undertake("dispatch"),
  escalate: () => undertake("escalate"),
  comfort: () => undertake("comfort"),
  note: () => undertake("note"),
  undo: () => {
    if (mayAct.peek()) undo();
  },
  map: () => {
    if (!isWide.peek()) pane.value = pane.peek() === "map" ? "case" : "map";
  },
  crews: () => show("crews"),
  shift: () => show("shift"),
  help: () => {
    isHelpShown.value = !isHelpShown.peek();
  },
  escape: stepBack,
};

/** One step back: help, then a form, then what lies over the case. What is typed of a report is kept. */
function stepBack(): void {
  if (isHelpShown.peek()) isHelpShown.value = false;
  else if (openForm.peek() !== null) shut();
  else if (pane.peek() !== "case") pane.value = "case";
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
