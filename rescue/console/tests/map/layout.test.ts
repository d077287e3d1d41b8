import { expect, test } from "vitest";
import { atEdge, boxAround, boxesBeside, cluster, fanOut, holds, overlap, Room } from "../../src/map/layout";
import { cases } from "./chance";

test("clusters hold every item once, the most urgent first, and lie apart", () => {
  for (const chance of cases(100)) {
    const points = Array.from({ length: 60 }, () => ({ x: chance() * 300, y: chance() * 300 }));
    const clusters = cluster(points, (one) => one, 20);
    expect(new Set(clusters.flatMap((one) => one.items))).toEqual(new Set(points));
    for (const { at, items } of clusters) {
      expect(items.map((one) => points.indexOf(one))).toEqual(
        items.map((one) => points.indexOf(one)).sort((a, b) => a - b),
      );
      expect(items[0]).toEqual(at);
      expect(clusters.filter((other) => Math.hypot(other.at.x - at.x, other.at.y - at.y) < 20)).toHaveLength(1);
    }
  }
});

test("no two words lie over each other, nor a word over a mark", () => {
  for (const chance of cases(100, 2)) {
    const room = new Room();
    const point = () => ({ x: chance() * 400, y: chance() * 400 });
    const marks = Array.from({ length: 10 }, () => boxAround(point(), 30, 30));
    marks.forEach((box) => {
      room.claim(box);
    });
    const words = Array.from({ length: 60 }, () => room.takeOneOf(boxesBeside(point(), 15, 60, 18))).filter(
      (box) => box !== null,
    );
    expect(words.length).toBeGreaterThan(5);
    for (const box of words) {
      expect([...marks, ...words].filter((other) => other !== box && overlap(box, other))).toEqual([]);
    }
  }
});

test("the lifts of a building are fanned out side by side around it", () => {
  for (let count = 1; count < 80; count++) {
    const cells = fanOut(count, { x: 100, y: 100 }, 58, 40).map((at) => boxAround(at, 58, 40));
    for (const [n, cell] of cells.entries()) {
      expect(cells.slice(n + 1).some((other) => overlap(cell, other))).toBe(false);
    }
    const width = Math.max(...cells.map((one) => one.right)) - Math.min(...cells.map((one) => one.left));
    const height = Math.max(...cells.map((one) => one.bottom)) - Math.min(...cells.map((one) => one.top));
    expect(Math.max(width / height, height / width)).toBeLessThan(3.5);
  }
});

test("what is out of sight is pointed at from the edge, in its direction", () => {
  const frame = boxAround({ x: 400, y: 300 }, 760, 560);
  for (const chance of cases(500, 3)) {
    const point = { x: chance() * 4000 - 2000, y: chance() * 4000 - 2000 };
    const edge = atEdge(point, frame);
    expect(edge === null).toBe(holds(frame, point));
    if (edge) {
      expect(holds(boxAround({ x: 400, y: 300 }, 760.01, 560.01), edge.at)).toBe(true);
      expect(Math.atan2(edge.at.y - 300, edge.at.x - 400)).toBeCloseTo(edge.angle, 6);
      expect(Math.atan2(point.y - 300, point.x - 400)).toBeCloseTo(edge.angle, 6);
    }
  }
});
