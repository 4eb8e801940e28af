import type { SpanTree } from "./span-tree.ts";

/**
 * Time of each node that none of its children covers, in nanoseconds: work (or waiting) of its own. Children count only
 * where they lie inside the node, and once where they overlap.
 */
export function selfTimes(tree: SpanTree): Float64Array {
  const self = new Float64Array(tree.nodeCount);
  for (let node = 0; node < tree.nodeCount; node += 1) {
    const start = tree.startNs[node] ?? 0;
    const end = tree.endNs[node] ?? 0;
    let uncovered = 0;
    let cursor = start;
    for (let child = tree.firstChild[node] ?? -1; child >= 0; child = tree.nextSibling[child] ?? -1) {
      const childStart = Math.min(end, Math.max(cursor, tree.startNs[child] ?? 0));
      uncovered += childStart - cursor;
      cursor = Math.max(cursor, Math.min(end, tree.endNs[child] ?? 0));
    }
    self[node] = uncovered + Math.max(0, end - cursor);
  }
  return self;
}

export interface ServiceTime {
  service: string;
  spanCount: number;
  errorCount: number;
  selfNs: number;
}

/** Where the time went, by service, most first. */
export function timeByService(tree: SpanTree, self: Float64Array): ServiceTime[] {
  const { spans } = tree;
  const totals = spans.services.values.map((service) => ({ service, spanCount: 0, errorCount: 0, selfNs: 0 }));
  for (let node = 0; node < spans.count; node += 1) {
    const total = totals[spans.serviceCodes[node] ?? 0];
    if (total === undefined) continue;
    total.spanCount += 1;
    total.errorCount += spans.isError(node) ? 1 : 0;
    total.selfNs += self[node] ?? 0;
  }
  return totals.sort((a, b) => b.selfNs - a.selfNs || a.service.localeCompare(b.service));
}
