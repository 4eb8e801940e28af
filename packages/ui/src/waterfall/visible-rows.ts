import { idOf, isPlaceholder, type SpanTree } from "./span-tree.ts";

/** Span ids whose children are hidden. Ids, so that it survives a reload of the trace. */
export type Collapsed = ReadonlySet<string>;

/** Nodes that are to be seen, top to bottom. O(visible): a collapsed subtree is one step. */
export function visibleRows(tree: SpanTree, collapsed: Collapsed): Int32Array {
  if (collapsed.size === 0) return tree.order;
  const rows = new Int32Array(tree.nodeCount);
  let length = 0;
  for (let position = 0; position < tree.nodeCount;) {
    const node = tree.order[position] ?? 0;
    rows[length] = node;
    length += 1;
    const hides = (tree.childCount[node] ?? 0) > 0 && collapsed.has(idOf(tree, node));
    position = hides ? (tree.subtreeEnd[node] ?? position + 1) : position + 1;
  }
  return rows.subarray(0, length);
}

/** The row that shows the node, or its nearest ancestor that is visible. -1 when there are no rows. */
export function rowOf(tree: SpanTree, rows: Int32Array, node: number): number {
  const wanted = tree.position[node] ?? -1;
  let low = 0;
  let high = rows.length - 1;
  // Rows keep the order of positions, so the last row at or before the wanted position is the node or an ancestor.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tree.position[rows[middle] ?? 0] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return rows.length === 0 ? -1 : low;
}

export function toggled(collapsed: Collapsed, id: string): Collapsed {
  const next = new Set(collapsed);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** Opens every ancestor of the node. */
export function revealed(tree: SpanTree, collapsed: Collapsed, node: number): Collapsed {
  let next: Set<string> | undefined;
  for (let above = tree.parent[node] ?? -1; above >= 0; above = tree.parent[above] ?? -1) {
    if (!collapsed.has(idOf(tree, above))) continue;
    next ??= new Set(collapsed);
    next.delete(idOf(tree, above));
  }
  return next ?? collapsed;
}

/** Collapses everything at this depth and deeper: 0 leaves the roots only. */
export function collapsedBelow(tree: SpanTree, depth: number): Collapsed {
  const collapsed = new Set<string>();
  for (let node = 0; node < tree.nodeCount; node += 1) {
    if ((tree.depth[node] ?? 0) >= depth && (tree.childCount[node] ?? 0) > 0) collapsed.add(idOf(tree, node));
  }
  return collapsed;
}

/** The next error after (or before) a node in the order of the waterfall, round the end. -1 when there is none. */
export function nextError(tree: SpanTree, from: number, step: 1 | -1): number {
  return nextWhere(tree, from, step, (node) => !isPlaceholder(tree, node) && tree.spans.isError(node));
}

export function nextWhere(tree: SpanTree, from: number, step: 1 | -1, meets: (node: number) => boolean): number {
  const count = tree.nodeCount;
  const start = from >= 0 ? (tree.position[from] ?? 0) : step > 0 ? -1 : 0;
  for (let i = 1; i <= count; i += 1) {
    const node = tree.order[(((start + step * i) % count) + count) % count] ?? 0;
    if (meets(node)) return node;
  }
  return -1;
}

/** Which of the marked spans this one is, from 1 and in the order of the waterfall; 0 when it is not marked. */
export function rankAmong(tree: SpanTree, marked: Uint8Array, node: number): number {
  if (marked[node] !== 1) return 0;
  let rank = 0;
  const last = tree.position[node] ?? 0;
  for (let position = 0; position <= last; position += 1) rank += marked[tree.order[position] ?? -1] ?? 0;
  return rank;
}
