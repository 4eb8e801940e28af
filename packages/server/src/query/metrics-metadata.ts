import type { QueryParam, Store } from "../store/store.ts";

export interface MetricMetadata {
  type: string;
  help: string;
  unit: string;
}

export interface MetadataWanted {
  metric?: string;
  /** Metrics; 0 or absent: all. */
  limit?: number;
  /** Different types of one metric; 0 or absent: all. */
  limitPerMetric?: number;
  signal?: AbortSignal;
}

/** Type, help and unit of metrics as they were last told, by name. */
export async function readMetadata(store: Store, wanted: MetadataWanted): Promise<Map<string, MetricMetadata[]>> {
  const { metric, limit = 0, limitPerMetric = 0, signal } = wanted;
  const params: Record<string, QueryParam> = metric === undefined ? {} : { metric };
  const rows = await store.query<MetricMetadata & { metric: string }>(
    `SELECT CAST(metric, 'String') AS metric, CAST(type, 'String') AS type,
       argMax(m.help, m.seen_at) AS help, CAST(argMax(m.unit, m.seen_at), 'String') AS unit
     FROM metric_metadata AS m ${metric === undefined ? "" : "WHERE m.metric = {metric:String}"}
     GROUP BY metric, type ORDER BY metric, max(m.seen_at) DESC`,
    { params, ...(signal === undefined ? {} : { signal }) },
  );
  const found = new Map<string, MetricMetadata[]>();
  for (const { metric: name, ...metadata } of rows) {
    const known = found.get(name);
    if (known === undefined) {
      if (limit > 0 && found.size >= limit) break;
      found.set(name, [metadata]);
    } else if (limitPerMetric <= 0 || known.length < limitPerMetric) known.push(metadata);
  }
  return found;
}
