// Which key does what. A key means something only where nothing is being typed. Pure.

import type { Word } from "../../shared/words/language";
import { KEYS } from "../words";

export type Command =
  | "next"
  | "previous"
  | "open"
  | "claim"
  | "dispatch"
  | "escalate"
  | "comfort"
  | "note"
  | "undo"
  | "map"
  | "crews"
  | "shift"
  | "help"
  | "escape";

export const BINDINGS: readonly { readonly key: string; readonly command: Command; readonly word: Word }[] = [
  { key: "j", command: "next", word: KEYS.next },
  { key: "k", command: "previous", word: KEYS.previous },
  { key: "Enter", command: "open", word: KEYS.open },
  { key: "a", command: "claim", word: KEYS.claim },
  { key: "d", command: "dispatch", word: KEYS.dispatch },
  { key: "e", command: "escalate", word: KEYS.escalate },
  { key: "c", command: "comfort", word: KEYS.comfort },
  { key: "n", command: "note", word: KEYS.note },
  { key: "u", command: "undo", word: KEYS.undo },
  { key: "m", command: "map", word: KEYS.map },
  { key: "w", command: "crews", word: KEYS.crews },
  { key: "h", command: "shift", word: KEYS.shift },
  { key: "?", command: "help", word: KEYS.help },
  { key: "Escape", command: "escape", word: KEYS.escape },
];

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly isTyping: boolean;
  /** It lies on something that a key works by itself, as Enter does a button. */
  readonly isOnControl: boolean;
}

/** What a key means here: a command, the first character of a rescue code, or nothing. */
export function meaningOf(pressed: Pressed): Command | { readonly code: string } | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  if (pressed.isTyping) return pressed.key === "Escape" ? "escape" : null;
  if (/^\d$/.test(pressed.key)) return { code: pressed.key };
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  const bound = BINDINGS.find((one) => one.key === key)?.command ?? null;
  return bound === "open" && pressed.isOnControl ? null : bound;
}
