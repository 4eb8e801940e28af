import { kinds, statuses, type SpanTable } from "./span-table.ts";

/** Finds spans of a loaded trace by words, `field:value` and durations; see `parseFind`. */
export type SpanTest = (index: number) => boolean;

const unitNs: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/**
 * All terms must hold, in any case: `word` (in name, service, stage or span id), `name:`, `service:`, `stage:`, `kind:`,
 * `status:`, `id:` with the beginning or a part, `>10ms` and `<2s`. Quotes keep spaces. Null when nothing is asked.
 */
export function parseFind(query: string, spans: SpanTable): SpanTest | null {
  const terms = [...query.toLowerCase().matchAll(/(\w+:)?"([^"]*)"|\S+/g)].map(([whole, field, quoted]) =>
    quoted === undefined ? whole : `${field ?? ""}${quoted}`,
  );
  const tests = terms.filter((term) => term !== "").map((term) => termTest(term, spans));
  if (tests.length === 0) return null;
  return (index) => tests.every((test) => test(index));
}

export function findSpans(query: string, spans: SpanTable): { count: number; matches: Uint8Array } | null {
  const test = parseFind(query, spans);
  if (test === null) return null;
  const matches = new Uint8Array(spans.count);
  let count = 0;
  for (let index = 0; index < spans.count; index += 1) {
    if (!test(index)) continue;
    matches[index] = 1;
    count += 1;
  }
  return { count, matches };
}

function termTest(term: string, spans: SpanTable): SpanTest {
  const duration = /^([<>])=?(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)$/.exec(term);
  if (duration !== null) {
    const limit = Number(duration[2]) * (unitNs[duration[3] ?? ""] ?? 1);
    if (duration[1] === ">") return (index) => (spans.durationNs[index] ?? 0) >= limit;
    return (index) => (spans.durationNs[index] ?? 0) <= limit;
  }
  const [, field, value] = /^(name|service|stage|kind|status|id):(.*)$/.exec(term) ?? [];
  if (field !== undefined && value !== undefined) return fieldTest(field, value, spans);
  const name = inDictionary(spans.names.values, spans.nameCodes, term);
  const service = inDictionary(spans.services.values, spans.serviceCodes, term);
  const stage = inDictionary(spans.stages.values, spans.stageCodes, term);
  const isId = /^[0-9a-f]{4,16}$/.test(term);
  return (index) =>
    name(index) || service(index) || stage(index) || (isId && (spans.spanIds[index] ?? "").startsWith(term));
}

function fieldTest(field: string, value: string, spans: SpanTable): SpanTest {
  if (field === "name") return inDictionary(spans.names.values, spans.nameCodes, value);
  if (field === "service") return inDictionary(spans.services.values, spans.serviceCodes, value);
  if (field === "stage") return inDictionary(spans.stages.values, spans.stageCodes, value);
  if (field === "kind") return inDictionary(kinds, spans.kindCodes, value);
  if (field === "status") return inDictionary(statuses, spans.statusCodes, value);
  return (index) => (spans.spanIds[index] ?? "").startsWith(value);
}

/** Looks at each different string once, not at each span's. */
function inDictionary(values: readonly string[], codes: readonly number[], part: string): SpanTest {
  const has = values.map((value) => value !== "" && value.toLowerCase().includes(part));
  return (index) => has[codes[index] ?? -1] === true;
}
