import type { Store } from "../store/store.ts";
import { typedJsonSql } from "./search-attribute-sql.ts";
import { visitConditions, type AttributeFilter, type SpanFilter } from "./search-filter.ts";
import type { ResourceMatch } from "./search-filter-sql.ts";
import { SqlParams } from "./search-params.ts";
import { inTimeRangeSql } from "./trace-window.ts";

/** So many resources are named in the search; of more, the engine looks them up again for each window. */
const resourcesNamedMax = 200;

/**
 * Which resources meet each condition of a filter that asks for one, in a range of time. Mostly a key is found on
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
  if (conditions.length === 0) return () => [];
  const params = new SqlParams();
  const tests = conditions.map((condition) => typedJsonSql("resource", condition, params));
  const named = tests.map((test) => `groupArrayIf(${resourcesNamedMax})(resource, ${test})`);
  const counts = tests.map((test) => `toUInt32(countIf(${test}))`);
  // Without a start, more resources than are in the range do no harm, and their dictionaries are read instead of rows.
  const within = range.startNs === 0n ? "" : `WHERE ${inTimeRangeSql({ fromNs: "startNs", toNs: "endNs" })}`;
  const [row] = await store.query<{ total: number; counts: number[]; named: string[][] }>(
    `SELECT toUInt32(count()) AS total, [${counts.join(", ")}] AS counts, [${named.join(", ")}] AS named
     FROM (SELECT DISTINCT resource FROM spans ${within})`,
    {
      params: { ...params.values, startNs: range.startNs.toString(), endNs: range.endNs.toString() },
      ...(range.signal === undefined ? {} : { signal: range.signal }),
    },
  );
  const matches = new Map<AttributeFilter, ResourceMatch>();
  for (const [index, condition] of conditions.entries()) {
    const count = row?.counts[index] ?? 0;
    const isEach = count > 0 && count === row?.total;
    matches.set(condition, isEach ? "all" : count > resourcesNamedMax ? "many" : (row?.named[index] ?? []));
  }
  return (condition) => matches.get(condition) ?? "many";
}
