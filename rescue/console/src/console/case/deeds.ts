// The commands that buttons and keys share.

import type { Incident } from "../../shared/api/types";
import { canCommand } from "../state/centre";
import { mayAct } from "../state/session";
import { perform } from "./acting";
import { type Deed, isPossible } from "./allowed";
import { detail } from "./detail";
import { type FormName, open } from "./form";

type AtOnce = "claim" | "unclaim" | "comfort" | "unshelve";
const AT_ONCE: ReadonlySet<Deed> = new Set<Deed>(["claim", "unclaim", "comfort", "unshelve"]);

/** Do it, or open the form in which it is said what is needed. */
export function undertake(deed: Deed, incident: Incident | null = detail.peek()?.incident ?? null): void {
  if (incident === null || !mayAct.peek() || !isPossible(deed, incident)) return;
  if (!AT_ONCE.has(deed)) open(deed as FormName);
  else if (canCommand.peek()) void perform(incident, deed as AtOnce, {});
}
