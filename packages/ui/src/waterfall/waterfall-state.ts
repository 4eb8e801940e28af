import { idOf, isPlaceholder, nodeOf, type SpanTree, type TimeRange } from "./span-tree.ts";
import { clampRange, isWhole, panned, zoomed } from "./time-axis.ts";
import { type Collapsed, collapsedBelow, nextError, nextWhere, revealed, rowOf, toggled } from "./visible-rows.ts";
import type { WaterfallCommand } from "./waterfall-keys.ts";

/** What a person has done to the waterfall: ids and times, so that it holds when the trace grows or is read again. */
export interface WaterfallState {
  collapsed: Collapsed;
  /** The span the keyboard stands on; empty before the first key. */
  cursorId: string;
  /** Null shows the whole trace. */
  range: TimeRange | null;
}

export const initialWaterfall: WaterfallState = { collapsed: new Set(), cursorId: "", range: null };

export interface WaterfallView {
  tree: SpanTree;
  rows: Int32Array;
  /** 1 for each span that the find meets; null when nothing is looked for. */
  matches: Uint8Array | null;
}

/** The state after a command. Commands that are the page's own (open, find, colour) leave it as it is. */
export function afterCommand(state: WaterfallState, command: WaterfallCommand, view: WaterfallView): WaterfallState {
  const { tree, rows, matches } = view;
  const cursor = nodeOf(tree, state.cursorId);
  switch (command.type) {
    case "move": {
      const row = cursor < 0 ? (command.rows > 0 ? -1 : rows.length) : rowOf(tree, rows, cursor);
      return toRow(state, view, row + command.rows);
    }
    case "first":
      return toRow(state, view, 0);
    case "last":
      return toRow(state, view, rows.length - 1);
    case "in":
      return goIn(state, view, cursor);
    case "out":
      return goOut(state, view, cursor);
    case "match":
      return toNode(
        state,
        tree,
        matches === null ? -1 : nextWhere(tree, cursor, command.step, (node) => matches[node] === 1),
      );
    case "error":
      return toNode(state, tree, nextError(tree, cursor, command.step));
    case "expand-all":
      return { ...state, collapsed: new Set() };
    case "collapse-all":
      return { ...state, collapsed: collapsedBelow(tree, tree.roots.length > 1 ? 0 : 1) };
    case "zoom":
    case "pan":
    case "zoom-whole":
    case "zoom-span":
      return { ...state, range: rangeAfter(state.range ?? tree.extent, command, tree, cursor) };
    default:
      return state;
  }
}

/** Stands on the node and opens what hides it. */
export function toNode(state: WaterfallState, tree: SpanTree, node: number): WaterfallState {
  if (node < 0) return state;
  return { ...state, cursorId: idOf(tree, node), collapsed: revealed(tree, state.collapsed, node) };
}

export function withToggled(state: WaterfallState, tree: SpanTree, node: number): WaterfallState {
  return { ...state, collapsed: toggled(state.collapsed, idOf(tree, node)) };
}

/** The whole trace is null, so that a growing trace stays in view. */
export function withRange(state: WaterfallState, tree: SpanTree, range: TimeRange): WaterfallState {
  return { ...state, range: orNull(clampRange(range, tree.extent), tree) };
}

function toRow(state: WaterfallState, { tree, rows }: WaterfallView, row: number): WaterfallState {
  const node = rows[Math.max(0, Math.min(rows.length - 1, row))];
  return node === undefined ? state : { ...state, cursorId: idOf(tree, node) };
}

function goIn(state: WaterfallState, view: WaterfallView, cursor: number): WaterfallState {
  const { tree } = view;
  if (cursor < 0) return toRow(state, view, 0);
  if (tree.childCount[cursor] === 0) return state;
  if (state.collapsed.has(idOf(tree, cursor))) return withToggled(state, tree, cursor);
  return { ...state, cursorId: idOf(tree, tree.firstChild[cursor] ?? cursor) };
}

function goOut(state: WaterfallState, view: WaterfallView, cursor: number): WaterfallState {
  const { tree } = view;
  if (cursor < 0) return toRow(state, view, 0);
  const isOpen = (tree.childCount[cursor] ?? 0) > 0 && !state.collapsed.has(idOf(tree, cursor));
  if (isOpen) return withToggled(state, tree, cursor);
  const above = tree.parent[cursor] ?? -1;
  return above < 0 ? state : { ...state, cursorId: idOf(tree, above) };
}

function rangeAfter(
  range: TimeRange,
  command: Extract<WaterfallCommand, { type: "zoom" | "pan" | "zoom-whole" | "zoom-span" }>,
  tree: SpanTree,
  cursor: number,
): TimeRange | null {
  const whole = tree.extent;
  const width = range.endNs - range.startNs;
  if (command.type === "zoom-whole") return null;
  if (command.type === "pan") return orNull(panned(range, whole, width * command.by), tree);
  if (command.type === "zoom") {
    return orNull(zoomed(range, whole, zoomCentre(range, tree, cursor), command.factor), tree);
  }
  if (cursor < 0) return orNull(range, tree);
  const startNs = tree.startNs[cursor] ?? 0;
  const endNs = tree.endNs[cursor] ?? 0;
  const margin = (endNs - startNs) * 0.05;
  const around = { startNs: Math.max(whole.startNs, startNs - margin), endNs: Math.min(whole.endNs, endNs + margin) };
  return orNull(clampRange(around, whole), tree);
}

/** The middle of the span that the keyboard stands on while it is in sight, else of the range. */
function zoomCentre(range: TimeRange, tree: SpanTree, cursor: number): number {
  const middle = (range.startNs + range.endNs) / 2;
  if (cursor < 0 || isPlaceholder(tree, cursor)) return middle;
  const centre = ((tree.startNs[cursor] ?? 0) + (tree.endNs[cursor] ?? 0)) / 2;
  return centre >= range.startNs && centre <= range.endNs ? centre : middle;
}

function orNull(range: TimeRange, tree: SpanTree): TimeRange | null {
  return isWhole(range, tree.extent) ? null : range;
}
