import type { SpanTree } from "./span-tree.ts";

/** A piece of the critical path: in this time the whole trace waited for this node's own work. */
export interface CriticalSegment {
  node: number;
  startNs: number;
  endNs: number;
}

interface Frame {
  node: number;
  startNs: number;
  endNs: number;
  cursorNs: number;
  /** Those not looked at yet. */
  children: number[];
}

/**
 * The chain of work that decided how long the trace took. Walks back from a root's end: whichever child ended last
 * before the cursor was waited for, so the path goes through it, and before its start the search goes on. What no child
 * covers is the span's own. A child that outlives its parent counts to the parent's end; one that still ran at the
 * cursor ran beside the work that was waited for, and does not count. Segments come latest first; together they cover
 * the root exactly once.
 */
export function criticalPath(tree: SpanTree, root: number = longestRoot(tree)): CriticalSegment[] {
  const segments: CriticalSegment[] = [];
  if (root < 0) return segments;
  const open = (node: number, startNs: number, endNs: number): Frame => ({
    node,
    startNs,
    endNs,
    cursorNs: endNs,
    children: childrenByEnd(tree, node),
  });
  const stack = [open(root, tree.startNs[root] ?? 0, tree.endNs[root] ?? 0)];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const child = nextChild(tree, top);
    const endNs = child < 0 ? top.startNs : Math.min(top.cursorNs, tree.endNs[child] ?? 0);
    if (endNs < top.cursorNs) segments.push({ node: top.node, startNs: endNs, endNs: top.cursorNs });
    if (child < 0) {
      stack.pop();
      continue;
    }
    const startNs = Math.max(top.startNs, tree.startNs[child] ?? 0);
    top.cursorNs = startNs;
    stack.push(open(child, startNs, endNs));
  }
  return segments;
}

/** Where the path lies in each node, for drawing: one entry per node on it. */
export function criticalByNode(segments: readonly CriticalSegment[]): Map<number, CriticalSegment[]> {
  const byNode = new Map<number, CriticalSegment[]>();
  for (const segment of segments) {
    const list = byNode.get(segment.node);
    if (list === undefined) byNode.set(segment.node, [segment]);
    else list.push(segment);
  }
  return byNode;
}

export function longestRoot(tree: SpanTree): number {
  let longest = -1;
  for (const root of tree.roots) {
    if (longest < 0 || lengthNs(tree, root) > lengthNs(tree, longest)) longest = root;
  }
  return longest;
}

function lengthNs(tree: SpanTree, node: number): number {
  return (tree.endNs[node] ?? 0) - (tree.startNs[node] ?? 0);
}

/** Ascending by end, so that the candidate is popped from the back. */
function childrenByEnd(tree: SpanTree, node: number): number[] {
  const children: number[] = [];
  for (let child = tree.firstChild[node] ?? -1; child >= 0; child = tree.nextSibling[child] ?? -1) children.push(child);
  return children.sort((a, b) => (tree.endNs[a] ?? 0) - (tree.endNs[b] ?? 0));
}

function nextChild(tree: SpanTree, { startNs, endNs, cursorNs, children }: Frame): number {
  for (let child = children.pop(); child !== undefined; child = children.pop()) {
    const childStart = Math.max(startNs, tree.startNs[child] ?? 0);
    const childEnd = Math.min(endNs, tree.endNs[child] ?? 0);
    if (childEnd <= cursorNs && childEnd > childStart) return child;
  }
  return -1;
}
