import { Link } from "@tanstack/react-router";
import type { GridCell, PipelineGridResponse, RunSummary } from "sightglass/contract";
import { type AnchorHTMLAttributes, type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { formatDuration } from "../../format/duration.ts";
import { formatMoment } from "../../format/time.ts";
import { useNow } from "../../format/use-now.ts";
import { Status, statusWords } from "../../primitives/status.tsx";
import { Bubble, type Place } from "../../primitives/tooltip.tsx";
import { type Bar, stripBars } from "../../strip/bars.ts";
import { RunWords } from "../../strip/run-strip.tsx";
import { unexplainedWords } from "../../strip/run-words.ts";
import { type GridPlace, moveInGrid } from "./grid-cursor.ts";
import { timeLabels } from "./grid-labels.ts";
import { GridGlyph } from "./grid-glyph.tsx";
import "./run-grid.css";

/** Stages against runs, oldest left. One stop for Tab; arrows or h j k l move inside; Enter opens. */
export function RunGrid({ grid }: { grid: PipelineGridResponse }) {
  const nowMs = useNow(5_000);
  const { runs, stages, cells } = grid;
  const scroller = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<GridPlace>({ stage: -1, run: runs.length - 1 });
  const [shown, setShown] = useState<(GridPlace & { at: Place }) | null>(null);
  const bars = useMemo(() => stripBars(runs, nowMs), [runs, nowMs]);

  // The newest run is the one of interest.
  useEffect(() => {
    const element = scroller.current;
    if (element !== null && runs.length > 0) element.scrollLeft = element.scrollWidth;
  }, [runs.length]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moveInGrid(place, event.key, { stages: stages.length, runs: runs.length });
    if (next === null) return;
    event.preventDefault();
    setPlace(next);
    document.getElementById(cellId(next))?.focus();
  };
  const show = (at: GridPlace) => (event: { currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    setShown({ ...at, at: { left: box.left + box.width / 2, top: box.top } });
  };
  const handlers: PlaceHandlers = (at) => ({
    id: cellId(at),
    tabIndex: at.stage === place.stage && at.run === Math.min(place.run, runs.length - 1) ? 0 : -1,
    onPointerEnter: show(at),
    onFocus: (event: { currentTarget: Element }) => {
      setPlace(at);
      show(at)(event);
    },
    onBlur: () => setShown(null),
  });

  return (
    <div className="grid-scroll" ref={scroller} onPointerLeave={() => setShown(null)}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role -- the pattern for a table one moves in */}
      <table className="run-grid" role="grid" aria-label="Runs by stage, oldest first" onKeyDown={onKeyDown}>
        <GridHead bars={bars} shownRun={shown?.run} nowMs={nowMs} handlers={handlers} />
        <tbody>
          {stages.map((stage, index) => (
            <GridRow
              key={stage.name}
              stage={{ ...stage, index }}
              runs={runs}
              cells={cells[index] ?? []}
              shownRun={shown?.run}
              nowMs={nowMs}
              handlers={handlers}
            />
          ))}
        </tbody>
        <tfoot aria-hidden="true">
          <tr>
            <td className="grid-corner muted">Started</td>
            {timeLabels(runs).map((label, index) => (
              <td key={runs[index]?.id} className="grid-day">
                {label === null ? null : <span>{label}</span>}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
      {shown === null ? null : <GridBubble grid={grid} shown={shown} nowMs={nowMs} />}
    </div>
  );
}

/** What a place listens to; one of them is the grid's stop for Tab. */
type PlaceHandlers = (
  at: GridPlace,
) => Pick<AnchorHTMLAttributes<HTMLAnchorElement>, "id" | "tabIndex" | "onPointerEnter" | "onFocus" | "onBlur">;

interface GridPartProps {
  shownRun: number | undefined;
  nowMs: number;
  handlers: PlaceHandlers;
}

function GridHead({ bars, shownRun, nowMs, handlers }: GridPartProps & { bars: readonly Bar[] }) {
  return (
    <thead>
      <tr>
        <td className="grid-corner">
          <span className="muted">Duration</span>
        </td>
        {bars.map(({ run, height }, index) => (
          <th key={run.id} scope="col" className={shownRun === index ? "is-shown" : undefined}>
            <Link
              to="/runs/$runId"
              params={{ runId: run.id }}
              className="grid-run"
              aria-label={`Run ${formatMoment(run.startedAt, nowMs)}, ${statusWords[run.status]}`}
              {...handlers({ stage: -1, run: index })}
            >
              {unexplainedWords(run.recordsUnexplained) === null ? null : <span className="strip-mark" />}
              <span
                className={`strip-bar status-${run.status} is-${run.status}`}
                style={{ height: `${height * 100}%` }}
              />
            </Link>
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface GridRowProps extends GridPartProps {
  stage: { name: string; depth: number; index: number };
  runs: readonly RunSummary[];
  cells: readonly (GridCell | null)[];
}

function GridRow({ stage, runs, cells, shownRun, nowMs, handlers }: GridRowProps) {
  return (
    <tr>
      <th scope="row" className="grid-stage" title={stage.name} style={{ paddingInlineStart: stage.depth * 14 }}>
        {stage.name}
      </th>
      {runs.map((run, index) => {
        const cell = cells[index] ?? null;
        return (
          <td key={run.id} className={shownRun === index ? "is-shown" : undefined}>
            <Link
              to="/runs/$runId"
              params={{ runId: run.id }}
              search={{ stage: stage.name }}
              className={`grid-cell ${cell === null ? "is-absent" : `status-${cell.status} is-${cell.status}`}`}
              aria-label={cellLabel(stage.name, cell, run, nowMs)}
              {...handlers({ stage: stage.index, run: index })}
            >
              {cell === null ? null : <GridGlyph cell={cell} />}
            </Link>
          </td>
        );
      })}
    </tr>
  );
}

const cellId = (place: GridPlace) => `grid-${place.stage}-${place.run}`;

function cellLabel(stage: string, cell: GridCell | null, run: RunSummary, nowMs: number): string {
  const when = formatMoment(run.startedAt, nowMs);
  if (cell === null) return `${stage}, not reached, run ${when}`;
  const unexplained = unexplainedWords(cell.recordsUnexplained);
  const attempts = cell.attempts > 1 ? `, ${cell.attempts} attempts` : "";
  return `${stage}, ${statusWords[cell.status]}${attempts}${unexplained === null ? "" : `, ${unexplained}`}, run ${when}`;
}

function GridBubble({
  grid,
  shown,
  nowMs,
}: {
  grid: PipelineGridResponse;
  shown: GridPlace & { at: Place };
  nowMs: number;
}) {
  const run = grid.runs[shown.run];
  if (run === undefined) return null;
  const stage = grid.stages[shown.stage];
  const cell = grid.cells[shown.stage]?.[shown.run] ?? null;
  const content =
    stage === undefined ? (
      <RunWords run={run} nowMs={nowMs} />
    ) : (
      <span className="run-words">
        <span className="run-words-head">
          <strong>{stage.name}</strong>
          {cell === null ? <span className="muted">not reached</span> : <Status status={cell.status} quiet />}
        </span>
        <span className="muted">
          {formatMoment(run.startedAt, nowMs)}
          {cell === null ? "" : ` · ${formatDuration(cell.durationMs)}`}
          {cell !== null && cell.attempts > 1 ? ` · ${cell.attempts} attempts` : ""}
        </span>
        {cell === null || unexplainedWords(cell.recordsUnexplained) === null ? null : (
          <span className="run-words-unexplained">{unexplainedWords(cell.recordsUnexplained)}</span>
        )}
      </span>
    );
  return <Bubble id="grid-bubble" place={shown.at} content={content} />;
}
