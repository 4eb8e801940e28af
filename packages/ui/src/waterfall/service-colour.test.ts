import { describe, expect, it } from "vitest";
import { serviceColourCount, serviceColours } from "./service-colour.ts";

describe("serviceColours", () => {
  it("gives different colours while there are enough", () => {
    const names = Array.from({ length: serviceColourCount }, (_, i) => `service-${i}`);
    expect(new Set(serviceColours(names).values()).size).toBe(serviceColourCount);
  });

  it("does not depend on the order", () => {
    const names = ["weather", "flights", "warehouse", "airports"];
    expect([...serviceColours(names)]).toEqual([...serviceColours(names.toReversed())]);
  });

  it("keeps a lone service's colour in every trace", () => {
    expect(serviceColours(["flights"])).toEqual(serviceColours(["flights"]));
    expect(serviceColours(["flights"]).get("flights")).toBeLessThan(serviceColourCount);
  });

  it("begins again when there are more services than colours", () => {
    const colours = serviceColours(Array.from({ length: 3 * serviceColourCount }, (_, i) => `s${i}`));
    expect(Math.max(...colours.values())).toBeLessThan(serviceColourCount);
    expect(colours.size).toBe(3 * serviceColourCount);
  });
});
