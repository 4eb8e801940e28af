import type { Store } from "../store/store.ts";
import { typedJsonSql } from "./search-attribute-sql.ts";
import { visitConditions, type AttributeFilter, type SpanFilter } from "./search-filter.ts";
import type { ResourceMatch } from "./search-filter-sql.ts";
import { SqlParams } from "./search-params.ts";
import { inTimeRangeSql } from "./trace-window.ts";

/**
 * How many resources meet each condition of a filter that asks for one, in a range of time. Mostly a key is found on
 * spans or on resources, not on both; a condition that no resource meets leaves the search, and an index can answer it.
 */
export async function matchResources(
  store: Store,
  filter: SpanFilter,
  range: { startNs: bigint; endNs: bigint; signal?: AbortSignal },
): Promise<(condition: AttributeFilter) => ResourceMatch> {
  const conditions: AttributeFilter[] = [];
  visitConditions(filter, (condition) => {
    if (condition.kind === "attribute" && (condition.scope === "any" || condition.scope === "resource"))
      conditions.push(condition);
  });
  if (conditions.length === 0) return () => "none";
  const params = new SqlParams();
  const counts = conditions.map((condition) => `toUInt32(countIf(${typedJsonSql("resource", condition, params)}))`);
  // Without a start, more resources than are in the range do no harm, and their dictionaries are read instead of rows.
  const within = range.startNs === 0n ? "" : `WHERE ${inTimeRangeSql({ fromNs: "startNs", toNs: "endNs" })}`;
  const [row] = await store.query<{ total: number; matches: number[] }>(
    `SELECT toUInt32(count()) AS total, [${counts.join(", ")}] AS matches
     FROM (SELECT DISTINCT resource FROM spans ${within})`,
    {
      params: { ...params.values, startNs: range.startNs.toString(), endNs: range.endNs.toString() },
      ...(range.signal === undefined ? {} : { signal: range.signal }),
    },
  );
  const matches = new Map<AttributeFilter, ResourceMatch>();
  for (const [index, condition] of conditions.entries()) {
    const count = row?.matches[index] ?? 0;
    matches.set(condition, count === 0 ? "none" : count === row?.total ? "all" : "some");
  }
  return (condition) => matches.get(condition) ?? "some";
}
