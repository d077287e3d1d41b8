// In which order the rows stand. While somebody points at the list no row moves: what is new comes at the end, what is
// over stays where it was. Pure.

import type { Incident } from "../../shared/api/types";
import { byUrgency, isPinned, isShelved } from "./priority";

export interface Order {
  readonly pinned: readonly string[];
  readonly others: readonly string[];
  /** The rows that stand otherwise than they would if nobody pointed at the list. */
  readonly isHeld: boolean;
}

export const EMPTY: Order = { pinned: [], others: [], isHeld: false };

type Cases = ReadonlyMap<string, Incident>;

/** The order for these cases, after the one that is shown. */
export function arrange(shown: Order, cases: Cases, isPointedAt: boolean): Order {
  const best = sorted(cases);
  if (!isPointedAt) return best;
  const standing = new Set([...shown.pinned, ...shown.others]);
  const isNew = (id: string) => !standing.has(id);
  const held = {
    pinned: [...shown.pinned, ...best.pinned.filter(isNew)],
    others: [...shown.others, ...best.others.filter(isNew)],
  };
  return { ...held, isHeld: !isSame(held.pinned, best.pinned) || !isSame(held.others, best.others) };
}

function sorted(cases: Cases): Order {
  const ranked = [...cases.values()].filter((one) => !isShelved(one)).sort(byUrgency);
  return {
    pinned: ranked.filter(isPinned).map(({ id }) => id),
    others: ranked.filter((one) => !isPinned(one)).map(({ id }) => id),
    isHeld: false,
  };
}

/** The row so many steps from this one; the first one when none is chosen. */
export function neighbour(order: Order, id: string | null, step: 1 | -1): string | null {
  const rows = [...order.pinned, ...order.others];
  const at = id === null ? -1 : rows.indexOf(id);
  if (at < 0) return rows[0] ?? null;
  return rows[Math.min(Math.max(at + step, 0), rows.length - 1)] ?? null;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, index) => id === other[index]);
}
