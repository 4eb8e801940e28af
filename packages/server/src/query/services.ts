import type { ServicesResponse } from "../http/contract.ts";
import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";

interface ReadOptions {
  signal?: AbortSignal;
}

/** Every service that has sent spans within retention, with its operations, by name. */
export async function listServices(store: Store, options: ReadOptions = {}): Promise<ServicesResponse["services"]> {
  return store.query(
    `SELECT service AS name, arraySort(groupUniqArray(${limits.operationsPerServiceMax.value})(o.name)) AS operations,
       formatDateTime(max(o.last_seen), '%Y-%m-%dT%H:%i:%S.000Z', 'UTC') AS lastSeenAt
     FROM operations AS o
     GROUP BY service
     ORDER BY service`,
    options,
  );
}

export async function listServiceNames(store: Store, options: ReadOptions = {}): Promise<string[]> {
  const rows = await store.query<{ service: string }>(
    "SELECT DISTINCT service FROM operations ORDER BY service",
    options,
  );
  return rows.map(({ service }) => service);
}

export interface Operation {
  name: string;
  /** SpanKind of the OTLP protocol. */
  kind: number;
}

/** Operations of one service, or of all; `kind` narrows them. */
export async function listOperations(
  store: Store,
  wanted: { service?: string; kind?: number },
  options: ReadOptions = {},
): Promise<Operation[]> {
  const conditions = ["1"];
  if (wanted.service !== undefined) conditions.push("service = {service:String}");
  if (wanted.kind !== undefined) conditions.push("kind = {kind:UInt8}");
  return store.query(
    `SELECT DISTINCT name, kind FROM operations WHERE ${conditions.join(" AND ")}
     ORDER BY name, kind LIMIT ${limits.operationsPerServiceMax.value}`,
    { ...options, params: { service: wanted.service ?? "", kind: wanted.kind ?? 0 } },
  );
}
