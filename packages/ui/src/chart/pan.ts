import type uPlot from "uplot";

/**
 * Moves the time axis by dragging it, or the plot with Shift held. The chart follows at once; `onPan` is told at the
 * end, in milliseconds to later.
 *
 * @returns takes the listeners off again
 */
export function panByDragging(plot: uPlot, onPan: (byMs: number) => void): () => void {
  const { root, over } = plot;
  let stop: (() => void) | undefined;
  const down = (event: MouseEvent) => {
    const isOnAxis = event.clientY > over.getBoundingClientRect().bottom;
    if (event.button !== 0 || !(event.shiftKey || isOnAxis)) return;
    // uPlot would begin to select.
    event.preventDefault();
    event.stopPropagation();
    const { min = 0, max = 0 } = plot.scales["x"] ?? {};
    const secondsPerPx = ((max ?? 0) - (min ?? 0)) / over.clientWidth;
    const startX = event.clientX;
    let by = 0;
    const move = (moved: MouseEvent) => {
      by = (startX - moved.clientX) * secondsPerPx;
      plot.setScale("x", { min: (min ?? 0) + by, max: (max ?? 0) + by });
    };
    const up = () => {
      stop?.();
      if (by !== 0) onPan(by * 1000);
    };
    document.addEventListener("mousemove", move);
    document.addEventListener("mouseup", up);
    stop = () => {
      document.removeEventListener("mousemove", move);
      document.removeEventListener("mouseup", up);
      stop = undefined;
    };
  };
  root.addEventListener("mousedown", down, true);
  return () => {
    stop?.();
    root.removeEventListener("mousedown", down, true);
  };
}
