import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import type { Clock } from "../model/clock.ts";
import { limits } from "../model/limits.ts";
import { fold, foldInSteps } from "./fold.ts";
import { executionsOf, type Execution } from "./execution.ts";
import { Ancestry, resolveRuns } from "./resolve.ts";
import { stageTreeOf } from "./stage-tree.ts";
import { factFrom, type ShortFact } from "./testing/facts.ts";
import { ShiftedClock } from "./testing/clock.ts";
import { allAtOnce, Turns } from "./turns.ts";

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

/** A clock by which each step is as long as a turn. */
function everyStepIsLong(): Clock {
  let nowMs = 0;
  return { nowMs: () => nowMs, monotonicMs: () => (nowMs += limits.foldTurnMs.value), after: () => () => {} };
}

const input = (stages: number) => ({ facts: facts(stages), bridges: new Map<string, string>(), nowMs: 1e13, patience });

describe("the fold of a large run", () => {
  it("has steps of a bounded number of facts", () => {
    const stepsOf = (stages: number) => [...foldInSteps(input(stages))].length;
    expect(stepsOf(9_000) - stepsOf(3_000)).toBeGreaterThanOrEqual(3 * 12);
  });

  it.each<[string, (executions: readonly Execution[], ancestry: Ancestry) => Generator<void, unknown>]>([
    ["which run each stage belongs to", (executions, ancestry) => resolveRuns(executions, ancestry)],
    ["the tree of stages", (executions, ancestry) => stageTreeOf(executions, ancestry, () => 0)],
  ])("finds %s in steps, none of which is a large part of it", (_what, stepsOf) => {
    let reads = 0;
    const watched = allAtOnce(executionsOf(facts(2_000), { nowMs: 1e13, patience })).map(
      (execution) =>
        new Proxy(execution, {
          get(target, key: keyof Execution) {
            reads += 1;
            return target[key];
          },
        }),
    );
    const ancestry = new Ancestry(watched, new Map());
    reads = 0;
    let before = 0;
    let most = 0;
    const work = stepsOf(watched, ancestry);
    for (let isDone = false; !isDone; before = reads) {
      isDone = work.next().done === true;
      most = Math.max(most, reads - before);
    }
    expect(most).toBeLessThan(reads / 3);
  });

  it("answers a request between two turns", async () => {
    const server = createServer((_request, response) => response.end("here")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const folded = new Turns(everyStepIsLong()).through(foldInSteps(input(18_000))).then((runs) => ({ runs }));
    const first = await Promise.race([folded, fetch(`http://127.0.0.1:${port}`).then((answer) => answer.text())]);
    expect(first).toBe("here");
    expect((await folded).runs[0]?.stages).toHaveLength(18_000);
    server.close();
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
