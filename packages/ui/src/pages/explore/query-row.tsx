import { lazy, Suspense } from "react";
import { formatCount } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import type { ExploreQuery } from "../../url/explore-search.ts";
import type { Note } from "./notes.ts";
import "./query-row.css";

const PromqlEditor = lazy(() => import("./promql-editor.tsx"));

/** What is known of an answer, for the line below its query. */
export interface AnswerFacts {
  series: number;
  samples: number | null;
  durationMs: number | null;
}

export interface QueryRowProps {
  /** `A`, `B`, ... */
  letter: string;
  query: ExploreQuery;
  /** Other than what was asked: waits for Enter. */
  isChanged: boolean;
  isReading: boolean;
  facts: AnswerFacts | null;
  notes: readonly Note[];
  /** The only query stays. */
  canRemove: boolean;
  takesFocus: boolean;
  onChange: (change: Partial<ExploreQuery>) => void;
  onRun: () => void;
  onToggle: () => void;
  onRemove: () => void;
}

/** A query: its text, how its series are named, and what came of it. */
export function QueryRow(props: QueryRowProps) {
  const { letter, query, notes, onChange, onRun } = props;
  return (
    <li className={`query${query.isHidden ? " is-hidden" : ""}`}>
      <div className="query-line">
        <button
          type="button"
          className="query-letter"
          aria-pressed={!query.isHidden}
          aria-label={`Show query ${letter}`}
          title={query.isHidden ? `Show query ${letter}` : `Hide query ${letter}`}
          onClick={props.onToggle}
        >
          {letter}
        </button>
        <Suspense fallback={<div className="promql-editor is-coming mono">{query.expr}</div>}>
          <PromqlEditor
            label={`Query ${letter}`}
            value={query.expr}
            notes={notes}
            onChange={(expr) => onChange({ expr })}
            onRun={onRun}
            takesFocus={props.takesFocus}
          />
        </Suspense>
        <input
          className="input query-legend"
          aria-label={`Legend of query ${letter}`}
          placeholder="Legend: {{label}}"
          value={query.legend}
          spellCheck={false}
          onChange={(event) => onChange({ legend: event.target.value })}
          onBlur={() => props.isChanged && onRun()}
          onKeyDown={(event) => {
            if (event.key === "Enter") onRun();
          }}
        />
        {props.canRemove ? (
          <button type="button" className="icon-button" aria-label={`Remove query ${letter}`} onClick={props.onRemove}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="m4 4 8 8m0-8-8 8" fill="none" stroke="currentColor" strokeWidth="1.4" />
            </svg>
          </button>
        ) : null}
      </div>
      <QueryNotes {...props} />
    </li>
  );
}

function QueryNotes({ notes, facts, isChanged, isReading, query }: QueryRowProps) {
  return (
    <div className="query-notes">
      {isChanged && query.expr.trim() !== "" ? (
        <span className="query-hint">
          <kbd>Enter</kbd> runs it
        </span>
      ) : isReading ? (
        <span className="muted">Reading…</span>
      ) : facts === null ? null : (
        <span className="muted">{factWords(facts)}</span>
      )}
      {notes.map(({ level, message, place }) => (
        <p
          key={`${level} ${message}`}
          className={`query-note query-note-${level}`}
          {...(level === "error" ? { role: "alert" } : {})}
        >
          <span className="query-note-level">{levelWords[level]}</span>
          {place === null ? null : <code className="query-note-place">{place}</code>} {message}
        </p>
      ))}
    </div>
  );
}

const levelWords: Record<Note["level"], string> = { error: "Error", warning: "Warning", info: "Note" };

function factWords({ series, samples, durationMs }: AnswerFacts): string {
  return [
    series === 1 ? "1 series" : `${formatCount(series)} series`,
    samples === null ? null : `${formatCount(samples)} samples read`,
    durationMs === null ? null : formatDuration(durationMs),
  ]
    .filter((words) => words !== null)
    .join(" · ");
}
