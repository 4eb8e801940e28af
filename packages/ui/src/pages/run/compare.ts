import type { KeyValue, RunResponse, StageDetail } from "sightglass/contract";
import { formatAttribute } from "../../format/attribute.ts";

/** Two runs side by side: `here` is the run on the page, `there` the one it is held against. */
export interface Comparison {
  stages: StageDifference[];
  rows: RowDifference[];
  attributes: AttributeDifference[];
  /** here - there; null when one is unknown. */
  durationDeltaMs: number | null;
}

export interface StageDifference {
  name: string;
  hereMs: number | null;
  thereMs: number | null;
  deltaMs: number | null;
  /** Share of all the differences' sizes: how much of the change this stage is. */
  contribution: number;
}

export interface RowDifference {
  name: string;
  here: StageDetail | null;
  there: StageDetail | null;
  /** written here - written there */
  delta: number | null;
  /** delta / written there */
  ratio: number | null;
}

export interface AttributeDifference {
  /** `run`, `resource`, or a stage's name; several where all differ in the same way. */
  of: string[];
  key: string;
  here: string | null;
  there: string | null;
}

export function compareRuns(here: RunResponse, there: RunResponse): Comparison {
  const names = [...new Set([...here.stages, ...there.stages].map((stage) => stage.name))];
  const find = (run: RunResponse, name: string) => run.stages.find((stage) => stage.name === name) ?? null;
  const pairs = names.map((name) => ({ name, here: find(here, name), there: find(there, name) }));
  return {
    stages: stageDifferences(pairs),
    rows: pairs
      .filter((pair) => pair.here?.recordsWritten != null || pair.there?.recordsWritten != null)
      .map((pair) => {
        const delta = difference(pair.here?.recordsWritten ?? null, pair.there?.recordsWritten ?? null);
        const before = pair.there?.recordsWritten ?? 0;
        return { ...pair, delta, ratio: delta === null || before === 0 ? null : delta / before };
      })
      .sort((a, b) => Math.abs(b.ratio ?? 0) - Math.abs(a.ratio ?? 0)),
    attributes: groupEqual([
      ...attributeDifferences("run", here.attributes, there.attributes),
      ...attributeDifferences("resource", here.resource, there.resource),
      ...pairs.flatMap((pair) =>
        pair.here === null || pair.there === null
          ? []
          : attributeDifferences(pair.name, pair.here.attributes, pair.there.attributes),
      ),
    ]),
    durationDeltaMs: difference(here.durationMs, there.durationMs),
  };
}

interface StagePair {
  name: string;
  here: StageDetail | null;
  there: StageDetail | null;
}

/** A parent's time is its children's: only the innermost stages are counted. */
function stageDifferences(pairs: readonly StagePair[]): StageDifference[] {
  const parents = new Set(pairs.flatMap(({ here, there }) => [here?.parentId, there?.parentId]));
  const leaves = pairs.filter(({ here, there }) => !parents.has(here?.id ?? "") && !parents.has(there?.id ?? ""));
  const found = leaves.map(({ name, here, there }) => {
    const hereMs = here?.durationMs ?? null;
    const thereMs = there?.durationMs ?? null;
    // A stage that only one of them has contributes all its time.
    const deltaMs = here === null || there === null ? (hereMs ?? 0) - (thereMs ?? 0) : difference(hereMs, thereMs);
    return { name, hereMs, thereMs, deltaMs };
  });
  const total = found.reduce((sum, { deltaMs }) => sum + Math.abs(deltaMs ?? 0), 0);
  return found
    .map((stage) => ({ ...stage, contribution: total === 0 ? 0 : Math.abs(stage.deltaMs ?? 0) / total }))
    .sort((a, b) => b.contribution - a.contribution);
}

function attributeDifferences(
  of: string,
  here: readonly KeyValue[],
  there: readonly KeyValue[],
): AttributeDifference[] {
  const write = (items: readonly KeyValue[]) => new Map(items.map((item) => [item.key, formatAttribute(item.value)]));
  const [left, right] = [write(here), write(there)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((key) => ({ of: [of], key, here: left.get(key) ?? null, there: right.get(key) ?? null }))
    .filter((item) => item.here !== item.there);
}

/** One line for what differs alike in many places. */
function groupEqual(items: readonly AttributeDifference[]): AttributeDifference[] {
  const groups = new Map<string, AttributeDifference>();
  for (const item of items) {
    const same = JSON.stringify([item.key, item.here, item.there]);
    const group = groups.get(same);
    if (group === undefined) groups.set(same, { ...item, of: [...item.of] });
    else group.of.push(...item.of);
  }
  return [...groups.values()];
}

function difference(here: number | null, there: number | null): number | null {
  return here === null || there === null ? null : here - there;
}
