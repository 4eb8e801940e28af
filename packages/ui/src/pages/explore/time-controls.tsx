import { type FormEvent, useEffect, useRef, useState } from "react";
import { formatExact } from "../../format/time.ts";
import { Button } from "../../primitives/button.tsx";
import {
  durationText,
  exploreRangeDefault,
  exploreRanges,
  parseDurationText,
  type ExploreSearch,
  refreshes,
} from "../../url/explore-search.ts";
import { autoStepMs, fixedRange, movingRange, moved, rangeAt, zoomedOut } from "./time-range.ts";
import "../../primitives/segments.css";
import "./time-controls.css";

export interface TimeControlsProps {
  search: ExploreSearch;
  nowMs: number;
  /** Undefined keys are taken out. */
  onSearch: (change: { [K in keyof ExploreSearch]?: ExploreSearch[K] | undefined }) => void;
  onRefresh: () => void;
  isReading: boolean;
}

/** What time is looked at, how finely, and how often anew. */
export function TimeControls({ search, nowMs, onSearch, onRefresh, isReading }: TimeControlsProps) {
  return (
    <div className="time-controls">
      <RangePicker search={search} nowMs={nowMs} onSearch={onSearch} />
      <div className="button-group">
        <Button aria-label="Earlier" title="Earlier" onClick={() => onSearch(moved(search, nowMs, -1))}>
          <Arrow d="M10 3 5 8l5 5" />
        </Button>
        <Button aria-label="Zoom out" title="Zoom out" onClick={() => onSearch(zoomedOut(search, nowMs))}>
          <Arrow d="M3 7h8M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9m3.5 8 3 3" />
        </Button>
        <Button
          aria-label="Later"
          title="Later"
          disabled={search.end === undefined}
          onClick={() => onSearch(moved(search, nowMs, 1))}
        >
          <Arrow d="m6 3 5 5-5 5" />
        </Button>
      </div>
      <StepField search={search} nowMs={nowMs} onSearch={onSearch} />
      <div className="button-group">
        <Button onClick={onRefresh} aria-busy={isReading}>
          Run
        </Button>
        <select
          className="select"
          aria-label="Run again"
          value={search.refresh ?? ""}
          onChange={(event) => {
            const refresh = refreshes.find((each) => each === event.target.value);
            onSearch({ refresh });
          }}
        >
          <option value="">once</option>
          {refreshes.map((each) => (
            <option key={each} value={each}>
              every {each}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

function Arrow({ d }: { d: string }) {
  return (
    <svg className="control-icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={d} fill="none" stroke="currentColor" strokeWidth="1.4" />
    </svg>
  );
}

type PartProps = Pick<TimeControlsProps, "search" | "nowMs" | "onSearch">;

function StepField({ search, nowMs, onSearch }: PartProps) {
  const [text, setText] = useState<string | null>(null);
  const { startMs, endMs } = rangeAt(search, nowMs);
  const shown = text ?? search.step ?? "";
  const isWrong = shown !== "" && parseDurationText(shown) === null;
  const commit = () => {
    if (text === null || isWrong) return;
    setText(null);
    onSearch({ step: text || undefined });
  };
  return (
    <label className="field">
      Step
      <input
        className="input step-field"
        aria-invalid={isWrong}
        title={isWrong ? "A duration, such as 15s, 5m or 1h30m" : "Distance between points"}
        placeholder={durationText(autoStepMs(endMs - startMs))}
        value={shown}
        spellCheck={false}
        onChange={(event) => setText(event.target.value.trim())}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          if (event.key === "Escape") setText(null);
        }}
      />
    </label>
  );
}

function RangePicker({ search, nowMs, onSearch }: PartProps) {
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
function RangeForm({ search, nowMs, onSearch }: PartProps) {
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
