import { type PointerEvent, useRef, useState } from "react";
import type { TimeRange } from "./span-tree.ts";
import { type Tick } from "./time-axis.ts";

export interface TimeAxisHeaderProps {
  range: TimeRange;
  ticks: readonly Tick[];
  onRange: (range: TimeRange) => void;
}

/** Behind this share of the width a label has no room. */
const labelEnd = 0.95;
/** A drag shorter than this is a click. */
const dragMinPx = 4;

/** The scale over the bars. Dragging along it zooms to what was covered. */
export function TimeAxisHeader({ range, ticks, onRange }: TimeAxisHeaderProps) {
  const element = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const width = range.endNs - range.startNs;
  const fraction = (event: PointerEvent) => {
    const box = element.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return 0;
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const finish = () => {
    if (drag === null) return;
    setDrag(null);
    const boxWidth = element.current?.getBoundingClientRect().width ?? 0;
    if (Math.abs(drag.to - drag.from) * boxWidth < dragMinPx) return;
    const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    onRange({ startNs: range.startNs + from * width, endNs: range.startNs + to * width });
  };
  return (
    <div
      ref={element}
      className="wf-axis"
      title="Drag to zoom"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = fraction(event);
        setDrag({ from: at, to: at });
      }}
      onPointerMove={(event) => {
        if (drag !== null) setDrag({ from: drag.from, to: fraction(event) });
      }}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
    >
      {ticks.map((tick) => (
        <span key={tick.atNs} className="wf-tick" style={{ left: `${((tick.atNs - range.startNs) / width) * 100}%` }}>
          {(tick.atNs - range.startNs) / width < labelEnd ? tick.label : null}
        </span>
      ))}
      {drag === null ? null : (
        <span
          className="wf-drag"
          style={{
            left: `${Math.min(drag.from, drag.to) * 100}%`,
            width: `${Math.abs(drag.to - drag.from) * 100}%`,
          }}
        />
      )}
    </div>
  );
}
