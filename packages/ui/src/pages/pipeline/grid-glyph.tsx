import type { GridCell } from "sightglass/contract";

/** The mark inside a cell: form tells what colour tells. Plain success stays empty, so that the eye finds the rest. */
export function GridGlyph({ cell }: { cell: GridCell }) {
  const line = { fill: "none", stroke: "currentColor", strokeWidth: 1.8 } as const;
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      {cell.status === "failed" ? <path {...line} d="m5 5 6 6m0-6-6 6" /> : null}
      {cell.status === "lost" ? <path {...line} d="M8 4.2 11.8 8 8 11.8 4.2 8z" /> : null}
      {cell.status === "cancelled" ? <path {...line} d="m5 11 6-6" /> : null}
      {cell.status === "skipped" ? <path {...line} d="M5 8h6" /> : null}
      {cell.status === "running" ? <path {...line} d="M8 4.5A3.5 3.5 0 1 1 4.5 8" /> : null}
      {cell.status === "succeeded" && (cell.recordsUnexplained ?? 0) !== 0 ? (
        <path d="M8 3.2 13.2 12.6H2.8z" fill="currentColor" />
      ) : cell.status === "succeeded" && cell.attempts > 1 ? (
        <text x="8" y="11.5" textAnchor="middle" fontSize="9.5" fontWeight="600" fill="currentColor">
          {cell.attempts}
        </text>
      ) : null}
    </svg>
  );
}
