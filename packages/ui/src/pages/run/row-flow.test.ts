import { describe, expect, it } from "vitest";
import { runResponse, stageDetail } from "../../testing/contract-values.ts";
import { rowFlow, stepsToShow } from "./row-flow.ts";

const counts = (read: number, written: number, own: Partial<Parameters<typeof stageDetail>[0]> = {}) => ({
  recordsRead: read,
  recordsWritten: written,
  recordsFailed: 0,
  recordsFiltered: 0,
  recordsDeduplicated: 0,
  recordsUnexplained: 0,
  ...own,
});
const flow = (...stages: Parameters<typeof stageDetail>[0][]) =>
  rowFlow(runResponse({ stages: stages.map(stageDetail) }));

describe("rowFlow", () => {
  it("lays the parts side by side: together they are what was read", () => {
    const { steps, scale } = flow({
      name: "clean",
      ...counts(1_000, 400, {
        recordsFailed: 100,
        recordsFiltered: 300,
        recordsDeduplicated: 150,
        recordsUnexplained: 50,
      }),
    });
    expect(scale).toEqual({ low: 0, high: 1_000 });
    expect(steps[0]?.segments).toEqual([
      { fate: "written", rows: 400, from: 0, to: 0.4 },
      { fate: "unexplained", rows: 50, from: 0.4, to: 0.45 },
      { fate: "failed", rows: 100, from: 0.45, to: 0.55 },
      { fate: "deduplicated", rows: 150, from: 0.55, to: 0.7 },
      { fate: "filtered", rows: 300, from: 0.7, to: 1 },
    ]);
  });

  it("cuts the scale when losses are small, and never above what was written", () => {
    const { scale, steps } = flow({ name: "load", ...counts(17_335, 17_130, { recordsUnexplained: 205 }) });
    expect(scale.low).toBeGreaterThan(16_000);
    expect(scale.low).toBeLessThan(17_130);
    const [written, unexplained] = steps[0]?.segments ?? [];
    expect(written?.to).toBeGreaterThan(0.3);
    expect(unexplained?.to).toBeCloseTo(1);
  });

  it("keeps one vanished row among millions in sight", () => {
    const { steps } = flow({
      name: "a",
      ...counts(10_000_000, 2_000_000, { recordsFiltered: 7_999_999, recordsUnexplained: 1 }),
    });
    const unexplained = steps[0]?.segments.find((segment) => segment.fate === "unexplained");
    expect((unexplained?.to ?? 0) - (unexplained?.from ?? 0)).toBeGreaterThanOrEqual(0.01);
  });

  it("shows rows that came from nowhere as a part of what was written", () => {
    const { steps } = flow({ name: "join", ...counts(100, 150, { recordsUnexplained: -50 }) });
    expect(steps[0]?.segments).toMatchObject([
      { fate: "written", rows: 100 },
      { fate: "surplus", rows: 50, to: 1 },
    ]);
  });

  it("keeps stages without counts apart, and hands over", () => {
    const run = runResponse({
      stages: [
        stageDetail({ name: "wait" }),
        stageDetail({ name: "a", ...counts(10, 10) }),
        stageDetail({ name: "b", ...counts(8, 8) }),
      ],
      handoffs: [{ fromStageId: "id-a", toStageId: "id-b", written: 10, read: 8, unexplained: 2 }],
    });
    const { steps, uncounted } = rowFlow(run);
    expect(uncounted.map((stage) => stage.name)).toEqual(["wait"]);
    expect(steps.map((step) => step.handoff?.fromName ?? null)).toEqual([null, "a"]);
  });
});

describe("of a run of very many stages", () => {
  const many = (own: (index: number) => Parameters<typeof counts>[2]) =>
    flow(
      ...Array.from({ length: 200 }, (_, index) => ({
        name: `stage ${index}`,
        id: `id-${index}`,
        startedAt: new Date(index * 1_000).toISOString(),
        ...counts(10, 10, own(index)),
      })),
    ).steps;
  const shown = (steps: ReturnType<typeof many>) => stepsToShow(steps).map(({ stage }) => stage.name);

  it("those where rows are missing or failed are shown first, in their order", () => {
    const steps = many((index) =>
      index === 150 ? { recordsUnexplained: 2 } : index === 99 ? { recordsFailed: 1 } : {},
    );
    expect(shown(steps)).toEqual(["stage 99", "stage 150"]);
  });

  it("the worst of too many", () => {
    const names = shown(many((index) => ({ recordsUnexplained: index })));
    expect([names.length, names[0], names.at(-1)]).toEqual([60, "stage 140", "stage 199"]);
  });

  it("the first of them, when all are well", () => {
    expect(shown(many(() => ({})))).toHaveLength(60);
  });
});
