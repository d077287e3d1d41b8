// The key of the map: each mark as it is drawn, with what it stands for.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Mark } from "./marks";
import { paintLifts } from "./painting";
import { PALETTES, type Theme } from "./palette";
import type { CaseMark } from "./store";
import { drawCase, drawCrew } from "./symbols";
import type { MapWords } from "./words";

const WIDTH = 54;
const HEIGHT = 30;
const ZOOM = 16;

export function Key({ words, theme }: { words: MapWords; theme: Theme }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <div class="city-map-key">
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {words.key}
      </button>
      {isOpen && (
        <ul>
          {words.marks.map(([name, said]) => (
            <li key={name}>
              <Sample name={name} theme={theme} />
              {said}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Sample({ name, theme }: { name: string; theme: Theme }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (pen) {
      pen.clearRect(0, 0, WIDTH, HEIGHT);
      drawSample(pen, name, theme);
    }
  }, [name, theme]);
  return <canvas ref={canvas} width={WIDTH} height={HEIGHT} />;
}

const CASES: Readonly<Record<string, Pick<CaseMark, "priority" | "handled">>> = {
  p1: { priority: 1, handled: false },
  p2: { priority: 2, handled: false },
  p3: { priority: 3, handled: false },
  handled: { priority: 1, handled: true },
};
const LIFTS: Readonly<Record<string, readonly Mark[]>> = {
  alarm: [Mark.Alarm],
  faulty: [Mark.Faulty],
  power: [Mark.PowerLost],
  service: [Mark.InService],
  out: [Mark.OutOfService],
  stale: [Mark.Stale, Mark.Offline],
};

function drawSample(pen: CanvasRenderingContext2D, name: string, theme: Theme): void {
  const palette = PALETTES[theme];
  const [left, right] = [
    { x: WIDTH / 2 - 13, y: HEIGHT / 2 },
    { x: WIDTH / 2 + 13, y: HEIGHT / 2 },
  ];
  const shown = CASES[name];
  if (shown) {
    const one: CaseMark = { id: "", label: "", liftId: null, lon: 0, lat: 0, ...shown };
    drawCase(pen, { x: WIDTH / 2, y: HEIGHT / 2 }, one, 1, 12, palette);
  } else if (name === "crew") {
    drawCrew(pen, left, "en_route", false, palette);
    drawCrew(pen, right, "free", false, palette);
  } else if (name === "stale-crew") {
    drawCrew(pen, left, "en_route", true, palette);
    drawCrew(pen, right, "free", true, palette);
  } else {
    drawLifts(pen, LIFTS[name] ?? [], theme);
  }
}

function drawLifts(pen: CanvasRenderingContext2D, marks: readonly Mark[], theme: Theme): void {
  const image = pen.createImageData(WIDTH, HEIGHT);
  const world = Float64Array.from(marks.flatMap((_, n) => [WIDTH / 2 + (n - (marks.length - 1) / 2) * 20, HEIGHT / 2]));
  const picture = { pixels: new Uint32Array(image.data.buffer), width: WIDTH, height: HEIGHT };
  const view = { west: 0, north: 0, scale: 1, width: WIDTH, height: HEIGHT };
  const look = { palette: PALETTES[theme], zoom: ZOOM, isStale: false, density: 1 };
  paintLifts(picture, view, { world, states: Uint8Array.from(marks) }, look);
  pen.putImageData(image, 0, 0);
}
