import { useVirtualizer } from "@tanstack/react-virtual";
import type { LogRecord } from "sightglass/contract";
import { type ReactNode, useEffect, useRef } from "react";
import { formatExact, formatTimeOfDay } from "../../format/time.ts";

const lineHeightPx = 22;
/** Reads on when so many lines are left below. */
const nearEndLines = 100;
const endSlackPx = 40;

export interface LogLinesProps {
  logs: readonly LogRecord[];
  /** Span id to stage name. */
  stageOf: ReadonlyMap<string, string>;
  /** Marked in the lines. */
  wanted: string;
  isFollowing: boolean;
  /** The reader scrolled away from the end. */
  onLeaveEnd: () => void;
  onNearEnd: () => void;
}

/** The lines in view, however many there are. */
export function LogLines({ logs, stageOf, wanted, isFollowing, onLeaveEnd, onNearEnd }: LogLinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  // The compiler's memoisation leaves virtualizers alone, which is right: they change without a render.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: logs.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => lineHeightPx * (logs[index]?.body.split("\n").length ?? 1),
    overscan: 20,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= logs.length - nearEndLines) onNearEnd();
  }, [lastShown, logs.length, onNearEnd]);
  useEffect(() => {
    if (isFollowing) virtual.scrollToIndex(logs.length - 1, { align: "end" });
  }, [isFollowing, logs.length, virtual]);

  return (
    <div
      ref={scroller}
      className="log-lines"
      role="log"
      aria-label="Log lines"
      aria-live="off"
      // It scrolls: the keyboard must get there.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onWheel={(event) => {
        const element = event.currentTarget;
        const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
        if (isFollowing && event.deltaY < 0 && fromEnd >= 0 && fromEnd < element.scrollHeight - endSlackPx)
          onLeaveEnd();
      }}
    >
      <div className="log-canvas" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const log = logs[item.index];
          return log === undefined ? null : (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={`log-line is-${severityName(log.severityNumber)}`}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <time dateTime={log.time} title={formatExact(log.time)}>
                {formatTimeOfDay(log.time)}
              </time>
              <span className="log-severity">{log.severityText || severityName(log.severityNumber)}</span>
              <span className="log-stage truncate">{stageOf.get(log.spanId ?? "") ?? ""}</span>
              <span className="log-body">{marked(log.body, wanted)}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** OpenTelemetry logs data model, SeverityNumber: four numbers a name. */
export function severityName(number: number): "trace" | "debug" | "info" | "warn" | "error" | "unset" {
  if (number <= 0) return "unset";
  return (["trace", "debug", "info", "warn", "error"] as const)[Math.min(4, Math.floor((number - 1) / 4))] ?? "error";
}

function marked(text: string, wanted: string): ReactNode {
  if (wanted === "") return text;
  const at = text.toLowerCase().indexOf(wanted.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + wanted.length)}</mark>
      {text.slice(at + wanted.length)}
    </>
  );
}
