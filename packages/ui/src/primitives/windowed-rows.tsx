import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";

export interface WindowedRowsProps {
  count: number;
  /** Of a row that has not been measured. */
  estimatePx: number;
  columns: number;
  /** `measure` is the row's `ref`; its `data-index` is the index. */
  children: (index: number, measure: (row: HTMLTableRowElement | null) => void) => ReactNode;
}

const overscan = 12;

/**
 * The body of a table with very many rows: those in view, and the height of the others above and below them. The table
 * needs `is-windowed`, which makes it scroll by itself and keeps its columns as they are while rows come and go.
 */
export function WindowedRows({ count, estimatePx, columns, children }: WindowedRowsProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  // The compiler's memoisation leaves virtualizers alone, which is right: they change without a render.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => body.current?.closest(".table-scroll") ?? null,
    estimateSize: () => estimatePx,
    overscan,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <tbody ref={body}>
      <Space heightPx={above} columns={columns} />
      {items.map((item) => children(item.index, virtual.measureElement))}
      <Space heightPx={below} columns={columns} />
    </tbody>
  );
}

function Space({ heightPx, columns }: { heightPx: number; columns: number }) {
  return heightPx <= 0 ? null : (
    <tr aria-hidden="true" className="table-space">
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- only height; hidden with its row */}
      <td colSpan={columns} style={{ height: heightPx }} />
    </tr>
  );
}
