import { describe, expect, it } from "vitest";
import { fold, foldInSteps } from "./fold.ts";
import { factFrom, type ShortFact } from "./testing/facts.ts";
import { ShiftedClock } from "./testing/clock.ts";
import { Turns } from "./turns.ts";

const patience = { heartbeatMs: 90_000, silenceMs: 3_600_000, settleMs: 30_000 };

/** A run of so many stages. */
const facts = (stages: number) =>
  [
    { trace: "t", span: "run", start: 0, end: stages, attributes: { "pipeline.name": "p", "pipeline.run.id": "r" } },
    ...Array.from({ length: stages }, (_, index): ShortFact => ({
      trace: "t",
      span: `s${index}`,
      parent: "run",
      start: index,
      end: index + 1,
      attributes: { "pipeline.stage": `stage-${index}`, "pipeline.records.read": index },
    })),
  ].map((short) => factFrom(short));

const input = (stages: number) => ({ facts: facts(stages), bridges: new Map<string, string>(), nowMs: 1e13, patience });

describe("the fold of a large run", () => {
  it("has steps of a bounded number of facts", () => {
    const stepsOf = (stages: number) => [...foldInSteps(input(stages))].length;
    expect(stepsOf(9_000) - stepsOf(3_000)).toBeGreaterThanOrEqual(3 * 12);
  });

  it("comes to the same in turns, and lets others go between them", async () => {
    let others = 0;
    let isOver = false;
    const other = () => {
      others += 1;
      if (!isOver) setImmediate(other);
    };
    setImmediate(other);
    const inTurns = await new Turns(new ShiftedClock()).through(foldInSteps(input(6_000)));
    isOver = true;
    expect(inTurns).toEqual(fold(input(6_000)));
    expect(others).toBeGreaterThan(2);
  });
});
