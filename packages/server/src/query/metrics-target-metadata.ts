import type { Store } from "../store/store.ts";
import { readMetadata, type MetricMetadata } from "./metrics-metadata.ts";

export interface TargetMetadataWanted {
  targets: readonly { job: string; instance: string }[];
  /** Only of this metric. */
  metric?: string;
  signal?: AbortSignal;
}

const dayMs = 86_400_000;

export interface TargetMetadata {
  /** Index into the targets that were asked for. */
  target: number;
  metadata: readonly (MetricMetadata & { metric: string })[];
}

/** Series of histograms and summaries, and OpenMetrics' counters, are told about under the name of their family. */
const familySuffix = /_(?:bucket|count|sum|total|created|info)$/;

/** Type, help and unit of the metrics of which each target had series today or yesterday. */
export async function readTargetMetadata(
  store: Store,
  { targets, metric, signal, nowMs }: TargetMetadataWanted & { nowMs: number },
): Promise<TargetMetadata[]> {
  const options = signal === undefined ? {} : { signal };
  const metadata = await readMetadata(store, { ...options, ...(metric === undefined ? {} : { metric }) });
  if (targets.length === 0 || metadata.size === 0) return [];
  const rows = await store.query<{ job: string; instance: string; names: string[] }>(
    `SELECT labels['job'] AS job, labels['instance'] AS instance, arraySort(groupUniqArray(CAST(metric, 'String'))) AS names
     FROM series WHERE day >= toDate({sinceDay:UInt16}) AND job IN ({jobs:Array(String)}) AND instance IN ({instances:Array(String)})
     GROUP BY job, instance`,
    {
      ...options,
      params: {
        sinceDay: Math.floor(nowMs / dayMs) - 1,
        jobs: targets.map(({ job }) => job),
        instances: targets.map(({ instance }) => instance),
      },
    },
  );
  const namesOf = new Map(rows.map(({ job, instance, names }) => [JSON.stringify([job, instance]), names]));
  return targets.map(({ job, instance }, target) => {
    const names = namesOf.get(JSON.stringify([job, instance])) ?? [];
    const families = new Set(names.flatMap((name) => [name, name.replace(familySuffix, "")]));
    const told = [...families].flatMap((name) => (metadata.get(name) ?? []).map((each) => ({ metric: name, ...each })));
    return { target, metadata: told };
  });
}
