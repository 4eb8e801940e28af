import type { AnyValue, AttributeKeysResponse } from "../http/contract.ts";
import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";
import { windowStartNs } from "./search-windows.ts";
import { readTraceDetails } from "./trace-details.ts";
import { storedRange } from "./stored-time.ts";
import { inTimeRangeSql } from "./trace-window.ts";

export type AttributeKey = AttributeKeysResponse["keys"][number];

export interface AttributeRange {
  startNs: bigint;
  endNs: bigint;
  /** Only spans of this service. */
  service?: string;
  signal?: AbortSignal;
}

/**
 * Attribute keys for the search box, from a sample of the newest spans: the newest window of time that holds any, at most
 * limits.attributeSampleSpans of it. A key that only older spans have is found by typing it.
 */
export async function listAttributeKeys(
  store: Store,
  range: AttributeRange & { prefix?: string },
): Promise<AttributeKey[]> {
  interface Row {
    strings: string[];
    ints: string[];
    doubles: string[];
    bools: string[];
    resources: string[];
    spans: number;
  }
  const row = await readSample<Row>(store, range, (condition) => ({
    sql: `
      SELECT groupUniqArrayArray(s) AS strings, groupUniqArrayArray(i) AS ints, groupUniqArrayArray(d) AS doubles,
        groupUniqArrayArray(b) AS bools, groupUniqArray(1000)(resource) AS resources, toUInt32(count()) AS spans
      FROM (SELECT mapKeys(attributes_string) AS s, mapKeys(attributes_int) AS i, mapKeys(attributes_double) AS d,
              mapKeys(attributes_bool) AS b, resource
            FROM spans WHERE ${condition} LIMIT ${limits.attributeSampleSpans.value})`,
    isEmpty: (found) => found.spans === 0,
  }));
  if (row === null) return [];
  const resourceKeys = new Set(
    row.resources.flatMap((text) => readTraceDetails(text).attributes.map(({ key }) => key)),
  );
  const typed = (keys: Iterable<string>, type: AttributeKey["type"]) => [...keys].map((key) => ({ key, type }));
  const { prefix = "" } = range;
  return [
    ...typed(row.strings, "string"),
    ...typed(row.ints, "int"),
    ...typed(row.doubles, "double"),
    ...typed(row.bools, "bool"),
    ...typed(resourceKeys, "resource"),
  ]
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.type < b.type ? -1 : 1));
}

export interface AttributeValueCount {
  value: string;
  type: "string" | "int" | "double" | "bool";
  count: number;
}

/** Values of one key, the most frequent first, from such a sample of the spans (and resources) that have it. */
export async function listAttributeValues(
  store: Store,
  range: ValueRange & { scope?: "any" | "span" | "resource" },
): Promise<AttributeValueCount[]> {
  const { scope = "any" } = range;
  const found: AttributeValueCount[] = [];
  if (scope !== "resource") found.push(...(await spanValues(store, range)));
  if (scope !== "span") found.push(...(await resourceValues(store, range)));
  return found
    .sort((a, b) => b.count - a.count || (`${a.value} ${a.type}` < `${b.value} ${b.type}` ? -1 : 1))
    .slice(0, limits.attributeValuesMax.value);
}

async function spanValues(store: Store, range: ValueRange): Promise<AttributeValueCount[]> {
  interface Row {
    values: [string, AttributeValueCount["type"], number][];
  }
  const types = ["string", "int", "double", "bool"] as const;
  const has = types.map((type) => `mapContains(attributes_${type}, {key:String})`).join(" OR ");
  const value = types
    .map(
      (type) =>
        `mapContains(attributes_${type}, {key:String}), (toString(attributes_${type}[{key:String}]), '${type}')`,
    )
    .join(", ");
  const row = await readSample<Row>(store, range, (condition) => ({
    sql: `
      SELECT groupArray((v.1, v.2, toUInt32(c))) AS values
      FROM (SELECT v, count() AS c
            FROM (SELECT multiIf(${value}, ('', 'string')) AS v FROM spans
                  WHERE ${condition} AND (${has}) LIMIT ${limits.attributeSampleSpans.value})
            WHERE startsWith(v.1, {prefix:String})
            GROUP BY v ORDER BY c DESC LIMIT ${limits.attributeValuesMax.value})`,
    params: { key: range.key, prefix: range.prefix ?? "" },
    isEmpty: (found) => found.values.length === 0,
  }));
  return (row?.values ?? []).map(([text, type, count]): AttributeValueCount => ({ value: text, type, count }));
}

type ValueRange = AttributeRange & { key: string; prefix?: string };

async function resourceValues(store: Store, range: ValueRange): Promise<AttributeValueCount[]> {
  interface Row {
    resources: [string, number][];
  }
  const row = await readSample<Row>(store, range, (condition) => ({
    sql: `
      SELECT groupArray((resource, toUInt32(c))) AS resources
      FROM (SELECT resource, count() AS c FROM spans WHERE ${condition} GROUP BY resource ORDER BY c DESC LIMIT 1000)`,
    isEmpty: (found) => countValues(found.resources, range).length === 0,
  }));
  return countValues(row?.resources ?? [], range);
}

function countValues(
  resources: readonly [string, number][],
  { key, prefix = "" }: Pick<ValueRange, "key" | "prefix">,
): AttributeValueCount[] {
  const counts = new Map<string, AttributeValueCount>();
  for (const [text, count] of resources)
    for (const attribute of readTraceDetails(text).attributes) {
      const value = attribute.key === key ? scalarOf(attribute.value) : undefined;
      if (value === undefined || !value.value.startsWith(prefix)) continue;
      const known = counts.get(`${value.type}:${value.value}`);
      if (known === undefined) counts.set(`${value.type}:${value.value}`, { ...value, count });
      else known.count += count;
    }
  return [...counts.values()];
}

function scalarOf(value: AnyValue): Pick<AttributeValueCount, "value" | "type"> | undefined {
  if ("stringValue" in value) return { type: "string", value: value.stringValue };
  if ("intValue" in value) return { type: "int", value: value.intValue };
  if ("doubleValue" in value) return { type: "double", value: String(value.doubleValue) };
  if ("boolValue" in value) return { type: "bool", value: String(value.boolValue) };
  return undefined;
}

interface Sample<Row> {
  sql: string;
  params?: Record<string, string>;
  isEmpty: (row: Row) => boolean;
}

/** The first window, going back in time, in which the query finds something. */
async function readSample<Row>(
  store: Store,
  wanted: AttributeRange,
  make: (condition: string) => Sample<Row>,
): Promise<Row | null> {
  const range = { ...wanted, ...storedRange(wanted) };
  const service = range.service === undefined ? "" : " AND service = {service:String}";
  const sample = make(inTimeRangeSql({ fromNs: "fromNs", toNs: "toNs" }) + service);
  let endNs = range.endNs;
  for (let step = 0; endNs >= range.startNs; step++) {
    const startNs = windowStartNs(endNs, step, range);
    const [row] = await store.query<Row>(sample.sql, {
      ...(range.signal === undefined ? {} : { signal: range.signal }),
      params: {
        ...sample.params,
        service: range.service ?? "",
        fromNs: startNs.toString(),
        toNs: endNs.toString(),
      },
    });
    if (row !== undefined && !sample.isEmpty(row)) return row;
    endNs = startNs - 1n;
  }
  return null;
}
