import { describe, expect, it } from "vitest";
import { ratesOf, withSample } from "./use-rates.ts";

const at = (seconds: number, spans: number) => ({ atMs: seconds * 1000, received: { spans } });
const after = (...samples: ReturnType<typeof at>[]) =>
  samples.reduce<ReturnType<typeof withSample>>((kept, sample) => withSample(kept, sample), []);

describe("rates", () => {
  it("need two answers some seconds apart", () => {
    expect(ratesOf(after(at(0, 0)))).toBeUndefined();
    expect(ratesOf(after(at(0, 0), at(2, 100)))).toBeUndefined();
    expect(ratesOf(after(at(0, 0), at(2, 100), at(4, 400)))).toEqual({ spans: 100 });
  });

  it("forget what is long past", () => {
    expect(ratesOf(after(at(0, 0), at(30, 9_000), at(40, 9_100)))).toEqual({ spans: 10 });
  });

  it("begin again when counts or clock go back", () => {
    expect(after(at(0, 500), at(5, 20))).toEqual([at(5, 20)]);
    expect(after(at(9, 500), at(5, 600))).toEqual([at(5, 600)]);
  });
});
