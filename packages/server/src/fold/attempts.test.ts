import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptsOf, type Try } from "./attempts.ts";
import type { Execution } from "./execution.ts";

interface Shape {
  generation: number;
  attempt: number | undefined;
  partition: string | undefined;
  startMs: number;
  tookMs: number;
  status: "succeeded" | "failed" | "cancelled" | "running";
}

function tryOf({ generation, attempt, partition, startMs, tookMs, status }: Shape, index: number): Try {
  const execution = {
    key: String(index).padStart(6, "0"),
    sighting: { attempt, partition },
    startMs,
    endMs: status === "running" ? null : startMs + tookMs,
    status,
  } as unknown as Execution;
  return { execution, generation };
}

/** The rule as the doc comment of `attemptsOf` has it, each try against every chain. */
function byComparingAll(tries: readonly Try[]): Try[][] {
  const number = ({ execution }: Try) => execution.sighting.attempt;
  const isRetry = (last: Try, next: Try): boolean => {
    if (last.execution.sighting.partition !== next.execution.sighting.partition) return false;
    if (next.generation > last.generation) return true;
    const nextNumber = number(next);
    if (nextNumber !== undefined) return nextNumber > 1 && nextNumber > (number(last) ?? 1);
    const { status, endMs } = last.execution;
    const isOver = (status === "failed" || status === "cancelled") && endMs !== null;
    return number(last) === undefined && isOver && next.execution.startMs >= endMs;
  };
  const chains: Try[][] = [];
  const ordered = tries.toSorted(
    (a, b) =>
      a.generation - b.generation ||
      (number(a) ?? 0) - (number(b) ?? 0) ||
      a.execution.startMs - b.execution.startMs ||
      (a.execution.key < b.execution.key ? -1 : 1),
  );
  for (const next of ordered) {
    const chain = chains.find((candidate) => isRetry(candidate.at(-1)!, next));
    if (chain === undefined) chains.push([next]);
    else chain.push(next);
  }
  return chains;
}

const keys = (chains: readonly (readonly Try[])[]) =>
  chains.map((chain) => chain.map(({ execution }) => execution.key));

describe("attemptsOf", () => {
  it("finds what comparing every try with every chain finds", () => {
    const shape = fc.record({
      generation: fc.integer({ min: 0, max: 2 }),
      attempt: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
      partition: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
      startMs: fc.integer({ min: 0, max: 20 }),
      tookMs: fc.integer({ min: 0, max: 6 }),
      status: fc.constantFrom("succeeded", "failed", "cancelled", "running"),
    });
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 40 }), (shapes) => {
        const tries = shapes.map(tryOf);
        expect(keys(attemptsOf(tries))).toEqual(keys(byComparingAll(tries)));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it("takes 50,000 stages of one name in a moment", () => {
    const tries = Array.from({ length: 50_000 }, (_, index) =>
      tryOf(
        {
          generation: index % 2,
          attempt: undefined,
          partition: undefined,
          startMs: index,
          tookMs: 1,
          status: "succeeded",
        },
        index,
      ),
    );
    const used = process.cpuUsage();
    expect(attemptsOf(tries)).toHaveLength(25_000);
    const { user } = process.cpuUsage(used);
    // Comparing each with all takes more than ten seconds.
    expect(user / 1000).toBeLessThan(2_000);
  });
});
