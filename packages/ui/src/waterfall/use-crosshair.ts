import { type PointerEvent, useEffect, useRef } from "react";
import type { SpanTree, TimeRange } from "./span-tree.ts";
import { offsetLabel, tickStepNs } from "./time-axis.ts";

/**
 * A line under the pointer with its time. Written to the DOM directly: it moves with every pixel. When the time under the
 * pointer becomes another one without that it moves, the line goes.
 */
export function useCrosshair(tree: SpanTree, range: TimeRange, widthPx: number) {
  const line = useRef<HTMLDivElement>(null);
  const label = useRef<HTMLSpanElement>(null);
  const onLeave = () => {
    if (line.current !== null) line.current.hidden = true;
  };
  useEffect(onLeave, [range, widthPx]);
  const onMove = (event: PointerEvent<HTMLElement>) => {
    const scroller = event.currentTarget;
    const track = scroller.querySelector(".wf-track")?.getBoundingClientRect();
    if (track === undefined || line.current === null || label.current === null || event.clientX < track.left) {
      onLeave();
      return;
    }
    const fraction = (event.clientX - track.left) / track.width;
    const width = range.endNs - range.startNs;
    const atNs = range.startNs + fraction * width - tree.extent.startNs;
    line.current.hidden = fraction > 1;
    line.current.style.left = `${event.clientX - scroller.getBoundingClientRect().left}px`;
    label.current.textContent = offsetLabel(atNs, tickStepNs(width / 1000));
    label.current.classList.toggle("is-left", fraction > 0.85);
  };
  return { line, label, onMove, onLeave };
}
