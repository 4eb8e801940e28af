import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RowCounts } from "../http/contract.ts";
import type { Fact } from "./fact.ts";
import { fold } from "./fold.ts";
import type { FoldedRun } from "./run.ts";
import { epochMs, factFrom, hexId } from "./testing/facts.ts";
import { fixtures, foldFixture, patience, type Fixture } from "./testing/fixtures.ts";

const seconds = (timeMs: number | null) => (timeMs === null ? null : (timeMs - epochMs) / 1000);
const rowsOf = (counts: RowCounts) => [
  counts.recordsRead,
  counts.recordsWritten,
  counts.recordsFailed,
  counts.recordsFiltered,
  counts.recordsDeduplicated,
  counts.recordsUnexplained,
];

/** In the fixtures' words: seconds, and short ids. */
function projected({ run, stages, recheckAtMs }: FoldedRun, words: Map<string, string>) {
  const word = (id: string) => words.get(id) ?? id;
  const [idTrace = "", idSpan] = run.id.split("-");
  const isMadeUp = words.has(idTrace);
  const names = new Map(stages.map(({ id, name }) => [id, name]));
  return {
    ...run,
    id: isMadeUp ? `trace:${word(idTrace)}${idSpan === undefined ? "" : `-span:${word(idSpan)}`}` : run.id,
    start: seconds(run.startedAtMs),
    end: seconds(run.endedAtMs),
    waitS: run.waitMs === null ? null : run.waitMs / 1000,
    recheck: seconds(recheckAtMs),
    rows: rowsOf(run.counts),
    error: run.error === null ? null : [run.error.type, run.error.message],
    traceId: word(run.traceId),
    traceIds: run.detail.traceIds.length,
    handoffs: run.detail.handoffs.map(({ fromStageId, toStageId, unexplained }) => [
      names.get(fromStageId),
      names.get(toStageId),
      unexplained,
    ]),
    stages: stages.map((stage) => ({
      ...stage,
      id: word(stage.id),
      parent: word(stage.parentId),
      start: seconds(stage.startedAtMs),
      end: seconds(stage.endedAtMs),
      waitS: stage.waitMs === null ? null : stage.waitMs / 1000,
      queued: stage.detail.queuedAt === null ? null : seconds(Date.parse(stage.detail.queuedAt)),
      rows: rowsOf(stage.counts),
      rate: stage.detail.recordsPerSecond,
      attemptStatuses: stage.detail.attempts.map(({ status }) => status),
      attemptErrors: stage.detail.attempts.map(({ error }) => error?.type ?? null),
    })),
  };
}

const wordsOf = ({ facts }: Fixture) =>
  new Map(
    facts.flatMap(({ trace = "trace", span, parent = span }) => [
      [hexId(trace, 32), trace] as const,
      [hexId(span, 16), span] as const,
      [hexId(parent, 16), parent] as const,
    ]),
  );

describe.each(fixtures)("%s", (_name, fixture) => {
  const facts = fixture.facts.map(factFrom);

  it(fixture.description, () => {
    const words = wordsOf(fixture);
    expect(foldFixture(fixture, facts).map((folded) => projected(folded, words))).toMatchObject(fixture.runs);
  });

  it("is the same for facts in any order, some of them repeated", () => {
    const expected = foldFixture(fixture, facts);
    fc.assert(
      fc.property(fc.shuffledSubarray(facts, { minLength: facts.length }), fc.subarray(facts), (shuffled, repeated) => {
        expect(foldFixture(fixture, [...repeated, ...shuffled])).toEqual(expected);
      }),
      { numRuns: 30, seed: 1 },
    );
  });
});

describe("any facts at all", () => {
  const names = fc.constantFrom("a", "b", "c", "d", "e", "f");
  const attributes = fc.record(
    {
      "pipeline.name": names,
      "pipeline.run.id": fc.constantFrom("r1", "r2"),
      "pipeline.stage": fc.constantFrom("extract", "load"),
      "pipeline.attempt": fc.integer({ min: 1, max: 3 }),
      "pipeline.status": fc.constantFrom("failed", "skipped", "running", "?"),
      "pipeline.records.read": fc.integer({ min: -1, max: 100 }),
      "pipeline.records.written": fc.integer({ min: 0, max: 100 }),
      "airflow.dag_id": names,
      "airflow.task_id": names,
      "airflow.task_instance.try_number": fc.integer({ min: 1, max: 2 }),
      "prefect.run.type": fc.constantFrom("flow", "task"),
    },
    { requiredKeys: [] },
  );
  const someFact = fc
    .record({
      kind: fc.constantFrom<Fact["kind"][]>("span", "start", "heartbeat"),
      trace: fc.constantFrom("t1", "t2"),
      span: names,
      parent: names,
      start: fc.integer({ min: 0, max: 100 }),
      duration: fc.integer({ min: -5, max: 50 }),
      status: fc.constantFrom<("ok" | "error")[]>("ok", "error"),
      attributes,
    })
    .map(({ duration, ...fact }) => factFrom({ ...fact, end: fact.start + duration }));

  it("fold without an error, in any order alike, into runs that hold together", () => {
    fc.assert(
      fc.property(fc.array(someFact, { maxLength: 14 }), fc.integer({ min: 0, max: 40_000 }), (facts, nowS) => {
        const input = { bridges: new Map<string, string>(), nowMs: epochMs + nowS * 1000, patience };
        const folded = fold({ ...input, facts });
        expect(fold({ ...input, facts: facts.toReversed() })).toEqual(folded);
        for (const { run, stages } of folded) {
          expect(run.stageCount).toBe(stages.length);
          expect(run.waitMs ?? 0).toBeLessThanOrEqual(run.durationMs ?? Infinity);
          const isOver = run.status !== "running" && run.status !== "lost";
          expect(run.endedAtMs !== null).toBe(isOver);
          if (!isOver) expect(run.counts.recordsUnexplained).toBeNull();
          for (const stage of stages) {
            const { recordsRead, recordsWritten, recordsUnexplained } = stage.counts;
            if (recordsRead === null || recordsWritten === null) expect(recordsUnexplained).toBeNull();
            if (stage.parentId !== "") expect(stages.map(({ id }) => id)).toContain(stage.parentId);
          }
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it("never ask to be looked at again in the past", () => {
    fc.assert(
      fc.property(fc.array(someFact, { minLength: 1, maxLength: 6 }), fc.nat(40_000), (facts, nowS) => {
        const nowMs = epochMs + nowS * 1000;
        for (const { recheckAtMs } of fold({ facts, bridges: new Map(), nowMs, patience }))
          if (recheckAtMs !== null) expect(recheckAtMs).toBeGreaterThan(nowMs);
      }),
      { seed: 1 },
    );
  });
});
