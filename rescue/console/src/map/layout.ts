// Where marks and words go when they would lie over each other. Pure: boxes and points in pixels, no canvas.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Cluster<Item> {
  readonly at: Point;
  /** The most urgent first: it lends the cluster its place and its mark. */
  readonly items: readonly Item[];
}

/** Items in the order of their urgency: each takes in those behind it that lie within reach of it. */
export function cluster<Item>(items: readonly Item[], place: (item: Item) => Point, reachPx: number): Cluster<Item>[] {
  const clusters: { at: Point; items: Item[] }[] = [];
  for (const item of items) {
    const at = place(item);
    const near = clusters.find((one) => Math.hypot(one.at.x - at.x, one.at.y - at.y) < reachPx);
    if (near) {
      near.items.push(item);
    } else {
      clusters.push({ at, items: [item] });
    }
  }
  return clusters;
}

/** Says of each box whether it may be drawn: whoever comes first keeps its place. */
export class Room {
  readonly #taken: Box[] = [];

  take(box: Box): boolean {
    if (this.#taken.some((other) => overlap(box, other))) {
      return false;
    }
    this.#taken.push(box);
    return true;
  }

  /** Taken whatever lies there: marks are never left out, words are. */
  claim(box: Box): void {
    this.#taken.push(box);
  }

  /** The first of these that is free. */
  takeOneOf(boxes: readonly Box[]): Box | null {
    return boxes.find((box) => this.take(box)) ?? null;
  }
}

export function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

export function boxAround({ x, y }: Point, width: number, height: number): Box {
  return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
}

export function holds(box: Box, { x, y }: Point): boolean {
  return box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
}

/** Beside a mark: to the right, to the left, below, above. */
export function boxesBeside({ x, y }: Point, reachPx: number, width: number, height: number): Box[] {
  const [up, down] = [y - height / 2, y + height / 2];
  return [
    { left: x + reachPx, top: up, right: x + reachPx + width, bottom: down },
    { left: x - reachPx - width, top: up, right: x - reachPx, bottom: down },
    { left: x - width / 2, top: y + reachPx, right: x + width / 2, bottom: y + reachPx + height },
    { left: x - width / 2, top: y - reachPx - height, right: x + width / 2, bottom: y - reachPx },
  ];
}

/** Cells in rows, as nearly square as they come, around a point: the lifts of a building fanned out. */
export function fanOut(count: number, around: Point, cellWidth: number, cellHeight: number): Point[] {
  const columns = Math.ceil(Math.sqrt((count * cellHeight) / cellWidth));
  const rows = Math.ceil(count / columns);
  return Array.from({ length: count }, (_, n) => ({
    x: around.x + ((n % columns) - (columns - 1) / 2) * cellWidth,
    y: around.y + (Math.floor(n / columns) - (rows - 1) / 2) * cellHeight,
  }));
}

/** Where an arrow at the edge points to what lies outside; null for what lies inside. */
export function atEdge(point: Point, frame: Box): { at: Point; angle: number } | null {
  if (holds(frame, point)) {
    return null;
  }
  const middle = { x: (frame.left + frame.right) / 2, y: (frame.top + frame.bottom) / 2 };
  const [dx, dy] = [point.x - middle.x, point.y - middle.y];
  const share = Math.min(
    (frame.right - frame.left) / 2 / Math.abs(dx || 1e-9),
    (frame.bottom - frame.top) / 2 / Math.abs(dy || 1e-9),
  );
  return { at: { x: middle.x + dx * share, y: middle.y + dy * share }, angle: Math.atan2(dy, dx) };
}
