import { readResource, readScope, type Resource, type Scope, type StoredSpan } from "./trace-span.ts";

/** Spans in OTLP's nesting: by resource, then by scope. */
export interface ResourceGroup {
  resource: Resource;
  scopes: ScopeGroup[];
}

export interface ScopeGroup {
  scope: Scope;
  spans: StoredSpan[];
}

/** Groups a page of spans. A trace of many pages has a group for each page: OTLP allows a resource to come again. */
export function groupSpans(spans: readonly StoredSpan[]): ResourceGroup[] {
  const resources = new Map<string, Map<string, StoredSpan[]>>();
  for (const span of spans) {
    let scopes = resources.get(span.resource);
    if (scopes === undefined) resources.set(span.resource, (scopes = new Map<string, StoredSpan[]>()));
    const own = scopes.get(span.scope);
    if (own === undefined) scopes.set(span.scope, [span]);
    else own.push(span);
  }
  return [...resources].map(([resource, scopes]) => ({
    resource: readResource(resource),
    scopes: [...scopes].map(([scope, own]) => ({ scope: readScope(scope), spans: own })),
  }));
}

/** Nanoseconds since the Unix epoch at which a span ended. */
export function endNsOf(span: StoredSpan): bigint {
  return BigInt(span.startNs) + BigInt(span.durationNs);
}
