import { type FormEvent, useEffect, useRef, useState } from "react";
import { formatExact } from "../../format/time.ts";
import { Button } from "../../primitives/button.tsx";
import { exploreRangeDefault, exploreRanges, type ExploreSearch } from "../../url/explore-search.ts";
import { fixedRange, movingRange, rangeAt } from "./time-range.ts";

export interface RangePickerProps {
  search: ExploreSearch;
  nowMs: number;
  /** Undefined keys are taken out. */
  onSearch: (change: { [K in keyof ExploreSearch]?: ExploreSearch[K] | undefined }) => void;
}

/** Windows up to now, and a form for a part of the past. */
export function RangePicker({ search, nowMs, onSearch }: RangePickerProps) {
  const details = useRef<HTMLDetailsElement>(null);
  useCloseOutside(details);
  const close = () => {
    if (details.current !== null) details.current.open = false;
  };
  return (
    // Escape closes it, wherever in it the focus is.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <details
      ref={details}
      className="range-picker"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || details.current?.open !== true) return;
        event.stopPropagation();
        close();
        details.current.querySelector("summary")?.focus();
      }}
    >
      <summary className="button" aria-label={`Time range: ${rangeWords(search)}`}>
        {rangeWords(search)}
        <svg className="control-icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="m4.5 6.5 3.5 3.5 3.5-3.5" fill="none" stroke="currentColor" strokeWidth="1.4" />
        </svg>
      </summary>
      <div className="range-menu">
        <ul className="range-list">
          {exploreRanges.map((range) => (
            <li key={range}>
              <button
                type="button"
                aria-current={search.start === undefined && (search.range ?? exploreRangeDefault) === range}
                onClick={() => {
                  onSearch(movingRange(range));
                  close();
                }}
              >
                Last {range}
              </button>
            </li>
          ))}
        </ul>
        <RangeForm
          // Anew when the range changes.
          key={`${search.range} ${search.start} ${search.end}`}
          search={search}
          nowMs={nowMs}
          onSearch={(change) => {
            onSearch(change);
            close();
          }}
        />
      </div>
    </details>
  );
}

/** From and to, or a duration up to now. */
function RangeForm({ search, nowMs, onSearch }: RangePickerProps) {
  const { startMs, endMs } = rangeAt(search, nowMs);
  const [from, setFrom] = useState(localText(startMs));
  const [to, setTo] = useState(localText(endMs));
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [start, end] = [Date.parse(from), Date.parse(to)];
    if (Number.isNaN(start) || Number.isNaN(end)) return setProblem("Both need a date and a time.");
    if (start >= end) return setProblem("The end must come after the start.");
    onSearch(fixedRange({ startMs: start, endMs: end }));
  };
  return (
    <form className="range-form" onSubmit={submit}>
      <label>
        From
        <input
          className="input"
          type="datetime-local"
          step="1"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      </label>
      <label>
        To
        <input
          className="input"
          type="datetime-local"
          step="1"
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
      </label>
      {problem === null ? null : (
        <p className="range-problem" role="alert">
          {problem}
        </p>
      )}
      <Button type="submit">Look at this time</Button>
      <p className="muted">Or drag over the graph to zoom in. Drag its time axis to move.</p>
    </form>
  );
}

function rangeWords({ start, end, range }: ExploreSearch): string {
  if (start === undefined || end === undefined) return `Last ${range ?? exploreRangeDefault}`;
  const [from, to] = [formatExact(start), formatExact(end)];
  return `${from} – ${from.slice(0, -8) === to.slice(0, -8) ? to.slice(-8) : to}`;
}

/** As datetime-local fields take it: local time, to the second. */
function localText(ms: number): string {
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function useCloseOutside(details: { current: HTMLDetailsElement | null }): void {
  useEffect(() => {
    const close = (event: PointerEvent) => {
      if (details.current?.open === true && !details.current.contains(event.target as Node))
        details.current.open = false;
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, [details]);
}
