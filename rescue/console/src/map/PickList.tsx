// Several things lie under one point: a short list to choose from. Escape shuts it and gives the focus back.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Point } from "./layout";
import type { MapWords } from "./words";

export interface Choice {
  readonly name: string;
  readonly note: string;
  readonly choose: () => void;
}

interface PickListProps {
  readonly at: Point;
  readonly choices: readonly Choice[];
  readonly words: MapWords;
  readonly onShut: () => void;
}

const MOST_SHOWN = 60;

export function PickList({ at, choices, words, onShut }: PickListProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place(box.current, at);
    box.current?.querySelector("button")?.focus({ preventScroll: true });
  }, [at]);
  const onKey = (event: KeyboardEvent) => {
    event.stopPropagation(); // typed here, nothing is meant for the page
    if (event.key === "Escape") {
      onShut();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(box.current, event.key === "ArrowDown" ? 1 : -1);
    }
  };
  return (
    <div class="city-map-picks" ref={box} role="dialog" aria-label={words.here} onKeyDown={onKey}>
      <ul>
        {choices.slice(0, MOST_SHOWN).map((one) => (
          <li key={one.name}>
            <button type="button" onClick={() => choose(one, onShut)}>
              <b>{one.name}</b> <span>{one.note}</span>
            </button>
          </li>
        ))}
      </ul>
      {choices.length > MOST_SHOWN && <p>{words.more(choices.length - MOST_SHOWN)}</p>}
      <button type="button" class="shut" onClick={onShut}>
        {words.shut}
      </button>
    </div>
  );
}

function choose({ choose: chosen }: Choice, onShut: () => void): void {
  onShut();
  chosen();
}

function step(box: HTMLElement | null, by: number): void {
  const buttons = [...(box?.querySelectorAll("button") ?? [])];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons[(at + by + buttons.length) % buttons.length]?.focus();
}

/** Beside the point, and whole within the map. */
function place(box: HTMLElement | null, { x, y }: Point): void {
  const room = box?.parentElement?.getBoundingClientRect();
  if (!box || !room) {
    return;
  }
  const left = Math.max(8, Math.min(x + 14, room.width - box.offsetWidth - 8));
  const top = Math.max(8, Math.min(y - 20, room.height - box.offsetHeight - 8));
  Object.assign(box.style, { left: `${left}px`, top: `${top}px` });
}
