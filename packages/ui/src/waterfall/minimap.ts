import type { SpanTree } from "./span-tree.ts";

/** What a cell of the overview shows; colours are numbers of `service-colour.ts`. */
export const emptyCell = 0;
export const errorCell = 255;

export interface Minimap {
  columns: number;
  lines: number;
  /** Row by row: `emptyCell`, `errorCell`, or 1 + colour number. */
  cells: Uint8Array;
}

/**
 * The whole waterfall, folded or not, on a small grid: line = place in the order, column = time. An error wins its cell,
 * else the deeper span does, since it says more than the one that contains it.
 * @param colourOf colour number by node
 */
export function drawMinimap(
  tree: SpanTree,
  grid: { columns: number; lines: number },
  colourOf: (node: number) => number,
): Minimap {
  const { columns } = grid;
  // Few spans leave every second line free, so that bars stay apart.
  const pitch = tree.nodeCount * 2 <= grid.lines ? 2 : 1;
  const lines = Math.max(1, Math.min(grid.lines, tree.nodeCount * pitch));
  const cells = new Uint8Array(columns * lines);
  const { startNs, endNs } = tree.extent;
  const perNs = columns / Math.max(1, endNs - startNs);
  for (let position = 0; position < tree.nodeCount; position += 1) {
    const node = tree.order[position] ?? 0;
    const line = pitch === 2 ? position * 2 : Math.floor((position * lines) / tree.nodeCount);
    const first = Math.min(columns - 1, Math.floor(((tree.startNs[node] ?? 0) - startNs) * perNs));
    const last = Math.min(columns, Math.max(first + 1, Math.ceil(((tree.endNs[node] ?? 0) - startNs) * perNs)));
    const isError = node < tree.spans.count && tree.spans.isError(node);
    const value = isError ? errorCell : 1 + colourOf(node);
    const base = line * columns;
    if (isError) cells.fill(value, base + first, base + last);
    else paint(cells, base + first, base + last, value);
  }
  return { columns, lines, cells };
}

function paint(cells: Uint8Array, from: number, to: number, value: number): void {
  for (let cell = from; cell < to; cell += 1) if (cells[cell] !== errorCell) cells[cell] = value;
}
