import { formatExact } from "../../format/time.ts";
import type { TracesSearch } from "../../url/traces-search.ts";
import "./search-form.css";

/** A fixed part of the past, with the way back to a window that moves. */
export function TimeRangeChip({ search, onClear }: { search: TracesSearch; onClear: () => void }) {
  const from = search.start === undefined ? "the beginning" : formatExact(search.start);
  const to = search.end === undefined ? "now" : formatExact(search.end);
  return (
    <span className="chip">
      <span>
        {from} – {sameDay(from, to) ? to.slice(-8) : to}
      </span>
      <button type="button" aria-label="Back to the time window" onClick={onClear}>
        <svg viewBox="0 0 10 10" aria-hidden="true">
          <path d="m2.5 2.5 5 5m0-5-5 5" stroke="currentColor" strokeWidth="1.3" />
        </svg>
      </button>
    </span>
  );
}

const sameDay = (from: string, to: string) => from.slice(0, -8) === to.slice(0, -8);
