// Dark or light: as the desktop has it until somebody chooses.

import { effect, signal } from "@preact/signals";
import { keep, kept } from "./keep";

export type Theme = "light" | "dark";
const KEPT_AS = "theme";

function first(): Theme {
  const chosen = kept(KEPT_AS);
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export const theme = signal<Theme>(first());

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

/** The other one, from now on and on the next visit. */
export function switchTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  keep(KEPT_AS, theme.value);
}
