import type { SpanTable } from "./span-table.ts";

/**
 * The tree of a trace as arrays, one entry per node. Node numbers below `spans.count` are spans; those above are
 * placeholders, one for each parent that is named but has not arrived (a run's own span arrives only when it ends),
 * so that its children stay together.
 */
export interface SpanTree {
  spans: SpanTable;
  nodeCount: number;
  /** Span ids of the placeholders; the first is node `spans.count`. */
  missingIds: readonly string[];
  /** -1 for a root. */
  parent: Int32Array;
  depth: Int32Array;
  childCount: Int32Array;
  /** Children by start time: `firstChild[node]`, then `nextSibling[...]`, to -1. */
  firstChild: Int32Array;
  nextSibling: Int32Array;
  roots: readonly number[];
  /** Nodes in the order of the waterfall (parents before children, siblings by start), and its inverse. */
  order: Int32Array;
  position: Int32Array;
  /** Position after the last node of the node's subtree. */
  subtreeEnd: Int32Array;
  /** Nanoseconds since `spans.originUnixNano`; a placeholder covers its children. */
  startNs: Float64Array;
  endNs: Float64Array;
  /** 1 where the span was part of a circle of parents, which is cut at its earliest span. */
  inCycle: Uint8Array;
  /** Errors among the nodes at positions below i: a subtree's errors are one subtraction. */
  errorsBefore: Int32Array;
  extent: TimeRange;
}

export interface TimeRange {
  startNs: number;
  endNs: number;
}

/** Builds the tree in O(n log n), O(n) when the spans come by start time. Never fails: whatever arrives is shown. */
export function buildSpanTree(spans: SpanTable): SpanTree {
  const { parent, missingIds } = resolveParents(spans);
  const inCycle = cutCycles(parent, spans);
  const nodeCount = parent.length;
  const { startNs, endNs } = nodeTimes(spans, parent);
  const links = linkChildren(parent, startNs, spans.count);
  const walk = preOrder(links, nodeCount);
  return {
    spans,
    nodeCount,
    missingIds,
    parent,
    ...links,
    ...walk,
    startNs,
    endNs,
    inCycle,
    errorsBefore: countErrors(spans, walk.order),
    extent: extentOf(startNs, endNs),
  };
}

export function isPlaceholder(tree: SpanTree, node: number): boolean {
  return node >= tree.spans.count;
}

/** The id that selection, collapse state and the URL use. */
export function idOf(tree: SpanTree, node: number): string {
  return tree.spans.spanIds[node] ?? tree.missingIds[node - tree.spans.count] ?? "";
}

/** The node with this span id (a placeholder too), or -1. */
export function nodeOf(tree: SpanTree, spanId: string): number {
  const index = tree.spans.indexOf(spanId);
  if (index >= 0 && index < tree.spans.count) return index;
  const missing = tree.missingIds.indexOf(spanId);
  return missing < 0 ? -1 : tree.spans.count + missing;
}

/** Nodes below it, itself not counted. */
export function descendantCount(tree: SpanTree, node: number): number {
  return (tree.subtreeEnd[node] ?? 0) - (tree.position[node] ?? 0) - 1;
}

/** Spans with an error in its subtree, itself counted. */
export function errorsWithin(tree: SpanTree, node: number): number {
  return (tree.errorsBefore[tree.subtreeEnd[node] ?? 0] ?? 0) - (tree.errorsBefore[tree.position[node] ?? 0] ?? 0);
}

/** How long before its parent a span starts: more than 0 means that two clocks disagree. */
export function startsBeforeParentNs(tree: SpanTree, node: number): number {
  const parent = tree.parent[node] ?? -1;
  if (parent < 0 || isPlaceholder(tree, parent)) return 0;
  return Math.max(0, (tree.startNs[parent] ?? 0) - (tree.startNs[node] ?? 0));
}

function resolveParents(spans: SpanTable): { parent: Int32Array; missingIds: string[] } {
  const count = spans.count;
  const missing = new Map<string, number>();
  const parents: number[] = [];
  for (let node = 0; node < count; node += 1) {
    const parentId = spans.parentIds[node] ?? "";
    if (parentId === "") {
      parents.push(-1);
      continue;
    }
    const index = spans.indexOf(parentId);
    if (index >= 0) {
      parents.push(index);
      continue;
    }
    const place = missing.get(parentId) ?? missing.size;
    missing.set(parentId, place);
    parents.push(count + place);
  }
  const parent = new Int32Array(count + missing.size).fill(-1);
  parent.set(parents);
  return { parent, missingIds: [...missing.keys()] };
}

/** Follows each span's parents once; a walk that meets itself has found a circle. */
function cutCycles(parent: Int32Array, spans: SpanTable): Uint8Array {
  const inCycle = new Uint8Array(parent.length);
  /** 0 not seen, 1 on the present walk, 2 known to reach a root. */
  const state = new Uint8Array(parent.length);
  const walk: number[] = [];
  for (let start = 0; start < parent.length; start += 1) {
    let node = start;
    while (node >= 0 && state[node] === 0) {
      state[node] = 1;
      walk.push(node);
      node = parent[node] ?? -1;
    }
    if (node >= 0 && state[node] === 1) {
      let earliest = node;
      for (const member of walk.slice(walk.indexOf(node))) {
        inCycle[member] = 1;
        if ((spans.startNs[member] ?? 0) < (spans.startNs[earliest] ?? 0)) earliest = member;
      }
      parent[earliest] = -1;
    }
    for (const member of walk) state[member] = 2;
    walk.length = 0;
  }
  return inCycle;
}

function nodeTimes(spans: SpanTable, parent: Int32Array): { startNs: Float64Array; endNs: Float64Array } {
  const startNs = new Float64Array(parent.length).fill(Infinity);
  const endNs = new Float64Array(parent.length).fill(-Infinity);
  for (let node = 0; node < spans.count; node += 1) {
    const start = spans.startNs[node] ?? 0;
    const end = start + (spans.durationNs[node] ?? 0);
    startNs[node] = start;
    endNs[node] = end;
    const above = parent[node] ?? -1;
    if (above < spans.count) continue;
    if (start < (startNs[above] ?? 0)) startNs[above] = start;
    if (end > (endNs[above] ?? 0)) endNs[above] = end;
  }
  return { startNs, endNs };
}

interface Links {
  childCount: Int32Array;
  firstChild: Int32Array;
  nextSibling: Int32Array;
  roots: number[];
}

function linkChildren(parent: Int32Array, startNs: Float64Array, spanCount: number): Links {
  const count = parent.length;
  const childCount = new Int32Array(count);
  const firstChild = new Int32Array(count).fill(-1);
  const nextSibling = new Int32Array(count).fill(-1);
  const roots: number[] = [];
  const byStart = nodesByStart(startNs, spanCount);
  // From the latest to the earliest: putting each in front leaves the lists sorted.
  for (let i = count - 1; i >= 0; i -= 1) {
    const node = byStart[i] ?? 0;
    const above = parent[node] ?? -1;
    if (above < 0) {
      roots.push(node);
      continue;
    }
    nextSibling[node] = firstChild[above] ?? -1;
    firstChild[above] = node;
    childCount[above] = (childCount[above] ?? 0) + 1;
  }
  return { childCount, firstChild, nextSibling, roots: roots.reverse() };
}

function nodesByStart(startNs: Float64Array, spanCount: number): Int32Array {
  const nodes = new Int32Array(startNs.length);
  let sorted = startNs.length === spanCount;
  for (let i = 0; i < nodes.length; i += 1) {
    nodes[i] = i;
    if (i > 0 && (startNs[i] ?? 0) < (startNs[i - 1] ?? 0)) sorted = false;
  }
  return sorted ? nodes : nodes.sort((a, b) => (startNs[a] ?? 0) - (startNs[b] ?? 0) || a - b);
}

function preOrder({ firstChild, nextSibling, roots }: Links, nodeCount: number) {
  const order = new Int32Array(nodeCount);
  const position = new Int32Array(nodeCount);
  const depth = new Int32Array(nodeCount);
  const subtreeEnd = new Int32Array(nodeCount);
  let length = 0;
  const open: number[] = [];
  for (const root of roots) {
    let node = root;
    while (node >= 0) {
      order[length] = node;
      position[node] = length;
      depth[node] = open.length;
      length += 1;
      const child = firstChild[node] ?? -1;
      if (child >= 0) {
        open.push(node);
        node = child;
        continue;
      }
      subtreeEnd[node] = length;
      let next = open.length === 0 ? -1 : (nextSibling[node] ?? -1);
      while (next < 0 && open.length > 0) {
        const above = open.pop() ?? -1;
        subtreeEnd[above] = length;
        next = open.length === 0 ? -1 : (nextSibling[above] ?? -1);
      }
      node = next;
    }
  }
  return { order, position, depth, subtreeEnd };
}

function countErrors(spans: SpanTable, order: Int32Array): Int32Array {
  const before = new Int32Array(order.length + 1);
  for (let i = 0; i < order.length; i += 1) {
    before[i + 1] = (before[i] ?? 0) + (spans.isError(order[i] ?? 0) ? 1 : 0);
  }
  return before;
}

function extentOf(startNs: Float64Array, endNs: Float64Array): TimeRange {
  if (startNs.length === 0) return { startNs: 0, endNs: 0 };
  let start = Infinity;
  let end = -Infinity;
  for (let node = 0; node < startNs.length; node += 1) {
    start = Math.min(start, startNs[node] ?? start);
    end = Math.max(end, endNs[node] ?? end);
  }
  return { startNs: start, endNs: end };
}
