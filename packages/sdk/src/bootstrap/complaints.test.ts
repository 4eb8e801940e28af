import { expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { Complaints } from "./complaints.ts";

it("says at most one line a minute, and how many it held back", async () => {
  const clock = new ManualClock();
  const lines: string[] = [];
  const complaints = new Complaints(clock, (line) => lines.push(line));
  for (let i = 0; i < 100; i++) {
    complaints.report(`trouble ${i}`);
    await clock.advance(1000);
  }
  expect(lines).toEqual(["sightglass: trouble 0", "sightglass: trouble 60 (59 more such messages held back)"]);
});

it("survives an owner who cannot listen", () => {
  const complaints = new Complaints(new ManualClock(), () => {
    throw new Error("EPIPE");
  });
  expect(() => complaints.report("trouble")).not.toThrow();
});
