import { useVirtualizer } from "@tanstack/react-virtual";
import type { RunResponse } from "sightglass/contract";
import { type Ref, useMemo, useRef } from "react";
import { formatDuration } from "../../format/duration.ts";
import { StatusShape, statusWords, UnexplainedShape } from "../../primitives/status.tsx";
import { unexplainedWords } from "../../strip/run-words.ts";
import { useElementWidth } from "../../waterfall/use-element-width.ts";
import { endOf, layOutTimeline, type Timeline, type TimelineRow } from "./timeline-layout.ts";
import "./stage-timeline.css";

const rowHeightPx = 30;
/** More stages than this scroll inside the timeline, and only those in view are drawn. */
const plainRowsMax = 60;
/** A label of the axis, with room on its right. */
const tickRoomPx = 80;
/** More would only be noise. */
const ticksMost = 8;

export interface StageTimelineProps {
  run: RunResponse;
  nowMs: number;
  /** The selected stage's name. */
  selected: string | undefined;
  onSelect: (stage: string | undefined) => void;
}

/** Stages over time: waiting hatched, work solid, one bar an attempt, growing while it runs. */
export function StageTimeline({ run, nowMs, selected, onSelect }: StageTimelineProps) {
  const endMs = endOf(run, run.status === "running" ? nowMs : Date.parse(run.lastSeenAt));
  const axis = useRef<HTMLSpanElement>(null);
  const ticksMax = Math.min(ticksMost, Math.max(1, Math.floor(useElementWidth(axis) / tickRoomPx)));
  const timeline = useMemo(
    () => layOutTimeline(run.stages, { startMs: Date.parse(run.startedAt), endMs }, ticksMax),
    [run.stages, run.startedAt, endMs, ticksMax],
  );
  const list = useRef<HTMLDivElement>(null);
  const isLong = timeline.rows.length > plainRowsMax;
  // The compiler's memoisation leaves virtualizers alone, which is right: they change without a render.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: isLong ? timeline.rows.length : 0,
    getScrollElement: () => list.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
  });
  const toggle = (name: string) => onSelect(name === selected ? undefined : name);
  return (
    <div className="timeline">
      <TimelineAxis timeline={timeline} ticksRef={axis} />
      <div ref={list} className={`timeline-rows${isLong ? " is-long" : ""}`}>
        {isLong ? (
          <div className="timeline-canvas" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const row = timeline.rows[item.index];
              return row === undefined ? null : (
                <div
                  key={row.stage.id}
                  className="timeline-placed"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <StageRow
                    row={row}
                    ticks={timeline.ticks}
                    isSelected={row.stage.name === selected}
                    onToggle={toggle}
                    lengthMs={timeline.endMs - timeline.startMs}
                  />
                </div>
              );
            })}
          </div>
        ) : (
          timeline.rows.map((row) => (
            <StageRow
              key={row.stage.id}
              row={row}
              ticks={timeline.ticks}
              isSelected={row.stage.name === selected}
              onToggle={toggle}
              lengthMs={timeline.endMs - timeline.startMs}
            />
          ))
        )}
      </div>
    </div>
  );
}

function TimelineAxis({ timeline, ticksRef }: { timeline: Timeline; ticksRef: Ref<HTMLSpanElement> }) {
  return (
    <div className="timeline-axis" aria-hidden="true">
      <span className="timeline-legend">
        <span className="timeline-key is-wait" /> waiting <span className="timeline-key is-work" /> work
      </span>
      <span ref={ticksRef} className="timeline-ticks">
        {timeline.ticks.map((tick) => (
          <span key={tick.offsetMs} style={{ insetInlineStart: `${tick.at * 100}%` }}>
            {tick.label}
          </span>
        ))}
      </span>
      <span />
    </div>
  );
}

interface StageRowProps {
  row: TimelineRow;
  ticks: Timeline["ticks"];
  isSelected: boolean;
  onToggle: (name: string) => void;
  lengthMs: number;
}

function StageRow({ row, ticks, isSelected, onToggle, lengthMs }: StageRowProps) {
  const { stage, depth, hasChildren, wait, bars } = row;
  const unexplained = unexplainedWords(stage.recordsUnexplained);
  const runningMs = stage.durationMs ?? (bars.at(-1)?.to ?? 0) * lengthMs - (bars[0]?.from ?? 0) * lengthMs;
  const durationMs = stage.status === "running" ? Math.round(runningMs / 1000) * 1000 : stage.durationMs;
  return (
    <button
      type="button"
      className={`timeline-row${isSelected ? " is-current" : ""}`}
      aria-pressed={isSelected}
      data-stage={stage.name}
      title={stage.name}
      aria-label={`${stage.name}, ${statusWords[stage.status]}, work ${formatDuration(durationMs)}, waited ${formatDuration(stage.waitMs)}${
        stage.attempts.length > 1 ? `, ${stage.attempts.length} attempts` : ""
      }${unexplained === null ? "" : `, ${unexplained}`}`}
      onClick={() => onToggle(stage.name)}
    >
      <span className="timeline-name" style={{ paddingInlineStart: depth * 16 }}>
        <StatusShape status={stage.status} />
        <span className="truncate">{stage.name}</span>
        {stage.attempts.length > 1 ? <span className="tag">×{stage.attempts.length}</span> : null}
        {unexplained === null ? null : <UnexplainedShape />}
      </span>
      <span className="timeline-track">
        {ticks.map((tick) => (
          <span key={tick.offsetMs} className="timeline-line" style={{ insetInlineStart: `${tick.at * 100}%` }} />
        ))}
        {wait === null ? null : <span className="timeline-wait" style={place(wait)} />}
        {bars.length > 1 ? (
          <span className="timeline-thread" style={place({ from: bars[0]?.from ?? 0, to: bars.at(-1)?.to ?? 0 })} />
        ) : null}
        {bars.map((bar) => (
          <span
            key={bar.number}
            className={`timeline-bar status-${bar.status} is-${bar.status}${hasChildren ? " is-parent" : ""}`}
            style={place(bar)}
          />
        ))}
      </span>
      <span className="timeline-duration">{formatDuration(durationMs)}</span>
    </button>
  );
}

function place({ from, to }: { from: number; to: number }) {
  return { insetInlineStart: `${from * 100}%`, width: `max(2px, ${(to - from) * 100}%)` };
}
