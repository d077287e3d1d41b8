import { expect, test } from "vitest";
import { readDistricts } from "../../src/map/sources";

test("a district's outlines are all its rings, in the order of longitude and latitude", () => {
  const square = [
    [113, 34],
    [114, 34],
    [114, 35],
    [113, 34],
  ] as const;
  const [one] = readDistricts({
    features: [
      {
        properties: { code: "410105", name: "金水区", label: [113.6, 34.4] },
        geometry: { coordinates: [[square, square], [square]] },
      },
    ],
  });
  expect(one).toMatchObject({ code: "410105", name: "金水区", label: { lon: 113.6, lat: 34.4 } });
  expect(one?.rings).toHaveLength(3);
  expect(one?.rings[0]?.[1]).toEqual({ lon: 114, lat: 34 });
});
