import type { Handoff, RunResponse, StageDetail } from "sightglass/contract";
import { inTreeOrder } from "./timeline-layout.ts";

/** What became of the rows that a stage read. */
export type Fate = "written" | "unexplained" | "failed" | "deduplicated" | "filtered" | "surplus";

export interface FlowSegment {
  fate: Fate;
  rows: number;
  /** Shares of the scale's width, 0 to 1. */
  from: number;
  to: number;
}

export interface FlowStep {
  stage: StageDetail;
  depth: number;
  segments: FlowSegment[];
  /** How its read rows differ from what the stage before wrote; null when nothing hands over to it. */
  handoff: (Handoff & { fromName: string }) | null;
}

export interface RowFlow {
  /** Row counts at the left and right ends. Not always 0: small losses show only on a cut scale. */
  scale: { low: number; high: number };
  steps: FlowStep[];
  /** Stages that told no counts. */
  uncounted: StageDetail[];
}

/** When every stage keeps at least this share of the rows, the scale is cut so that the losses fill it. */
const cutFrom = 0.7;
/** What is not zero stays visible. */
const visibleMin = 0.004;
/** Unexplained rows must catch the eye, however few. */
const loudMin = 0.012;

/** The staircase of rows: each stage begins where the one before ended, and loses its shares at the right. */
export function rowFlow(run: Pick<RunResponse, "stages" | "handoffs">): RowFlow {
  const ordered = inTreeOrder(run.stages);
  const counted = ordered.filter(({ stage }) => stage.recordsRead !== null || stage.recordsWritten !== null);
  const scale = flowScale(counted.map(({ stage }) => stage));
  const names = new Map(run.stages.map((stage) => [stage.id, stage.name]));
  return {
    scale,
    steps: counted.map(({ stage, depth }) => {
      const handoff = run.handoffs.find((each) => each.toStageId === stage.id);
      return {
        stage,
        depth,
        segments: segmentsOf(stage, scale),
        handoff:
          handoff === undefined ? null : { ...handoff, fromName: names.get(handoff.fromStageId) ?? "the stage before" },
      };
    }),
    uncounted: ordered
      .map(({ stage }) => stage)
      .filter((stage) => stage.recordsRead === null && stage.recordsWritten === null),
  };
}

/** More stages than this are not all shown at first, and only those in view are drawn. */
export const plainStepsMax = 60;

/** Of a run of very many stages, those to look at first, in their order: where rows went missing or failed, else the first. */
export function stepsToShow(steps: readonly FlowStep[]): readonly FlowStep[] {
  if (steps.length <= plainStepsMax) return steps;
  const worst = steps
    .filter((step) => trouble(step) > 0)
    .toSorted((a, b) => trouble(b) - trouble(a))
    .slice(0, plainStepsMax);
  if (worst.length === 0) return steps.slice(0, plainStepsMax);
  const kept = new Set(worst);
  return steps.filter((step) => kept.has(step));
}

const trouble = ({ stage, handoff }: FlowStep) =>
  Math.abs(stage.recordsUnexplained ?? 0) + Math.abs(handoff?.unexplained ?? 0) + (stage.recordsFailed ?? 0);

function flowScale(stages: readonly StageDetail[]): { low: number; high: number } {
  const tops = stages.map((stage) => Math.max(stage.recordsRead ?? 0, stage.recordsWritten ?? 0));
  const bottoms = stages.map((stage) => stage.recordsWritten ?? stage.recordsRead ?? 0);
  const high = Math.max(1, ...tops);
  const lowest = Math.min(high, ...bottoms);
  if (lowest / high < cutFrom || lowest === high) return { low: 0, high };
  // The losses take the right half or so; the start is rounded down so that it can be read.
  const wanted = lowest - (high - lowest);
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, high - wanted)));
  return { low: Math.max(0, Math.floor(wanted / unit) * unit), high };
}

function segmentsOf(stage: StageDetail, scale: { low: number; high: number }): FlowSegment[] {
  const written = stage.recordsWritten ?? 0;
  const unexplained = stage.recordsUnexplained ?? 0;
  const share = (rows: number) => Math.min(1, Math.max(0, (rows - scale.low) / (scale.high - scale.low)));
  const surplus = Math.max(0, -unexplained);
  const parts: [Fate, number][] = [
    ["written", written - surplus],
    ["surplus", surplus],
    ["unexplained", Math.max(0, unexplained)],
    ["failed", stage.recordsFailed ?? 0],
    ["deduplicated", stage.recordsDeduplicated ?? 0],
    ["filtered", stage.recordsFiltered ?? 0],
  ];
  let at = 0;
  let drawn = 0;
  return parts.flatMap(([fate, rows]) => {
    if (rows <= 0) return [];
    at += rows;
    const from = drawn;
    const least = fate === "unexplained" || fate === "surplus" ? loudMin : visibleMin;
    drawn = Math.min(1.04, Math.max(share(at), from + least));
    return [{ fate, rows, from, to: drawn }];
  });
}

export const fateWords: Record<Fate, string> = {
  written: "written",
  unexplained: "unexplained",
  failed: "failed",
  deduplicated: "deduplicated",
  filtered: "filtered out",
  surplus: "too many",
};
