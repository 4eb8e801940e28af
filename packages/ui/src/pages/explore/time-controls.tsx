import { useState } from "react";
import { Button } from "../../primitives/button.tsx";
import { durationText, parseDurationText, refreshes } from "../../url/explore-search.ts";
import { RangePicker, type RangePickerProps } from "./range-picker.tsx";
import { autoStepMs, moved, rangeAt, zoomedOut } from "./time-range.ts";
import "../../primitives/segments.css";
import "./time-controls.css";

export interface TimeControlsProps extends RangePickerProps {
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

function StepField({ search, nowMs, onSearch }: RangePickerProps) {
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
