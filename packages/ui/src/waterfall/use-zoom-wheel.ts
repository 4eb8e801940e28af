import { useEffect, useRef } from "react";
import type { SpanTree, TimeRange } from "./span-tree.ts";
import { zoomed } from "./time-axis.ts";

/** Ctrl and wheel (a pinch too) zooms at the pointer. React listens passively, which could not keep the page from zooming. */
export function useZoomWheel(
  scroller: { current: HTMLElement | null },
  view: { tree: SpanTree; range: TimeRange; onRange: (range: TimeRange) => void },
): void {
  const latest = useRef(view);
  useEffect(() => {
    latest.current = view;
  });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { tree, range, onRange } = latest.current;
      const track = element.querySelector(".wf-track")?.getBoundingClientRect();
      if (track === undefined) return;
      const fraction = Math.min(1, Math.max(0, (event.clientX - track.left) / track.width));
      const aroundNs = range.startNs + fraction * (range.endNs - range.startNs);
      onRange(zoomed(range, tree.extent, aroundNs, Math.exp(event.deltaY * 0.003)));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [scroller]);
}
