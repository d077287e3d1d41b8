// The two languages, switched on the spot: whoever shows a word reads the signal and is shown anew.

import { effect, signal } from "@preact/signals";
import { keep, kept } from "../keep";

export type Language = "zh" | "en";
/** One thing in Chinese and in English; `{}` stands for what is put in. */
export type Word = readonly [zh: string, en: string];

const KEPT_AS = "language";

function first(): Language {
  const chosen = kept(KEPT_AS) ?? navigator.language.slice(0, 2);
  return chosen === "zh" ? "zh" : "en";
}

export const language = signal<Language>(first());

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

/** The word in the language chosen, with `put` in the place of each `{}` in turn. */
export function say([zh, en]: Word, ...put: readonly (string | number)[]): string {
  const rest = [...put];
  return (language.value === "zh" ? zh : en).replace(/\{\}/g, () => String(rest.shift() ?? ""));
}

/** What has a word in a table, and otherwise its own name as it is. */
export function sayName(table: Readonly<Record<string, Word>>, name: string): string {
  const word = table[name];
  return word ? say(word) : name.replaceAll("_", " ");
}

/** The other language, from now on and on the next visit. */
export function switchLanguage(): void {
  language.value = language.value === "zh" ? "en" : "zh";
  keep(KEPT_AS, language.value);
}
