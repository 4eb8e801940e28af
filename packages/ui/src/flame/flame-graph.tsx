import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { formatRatio } from "../format/count.ts";
import { formatDuration } from "../format/duration.ts";
import { boxesOf, type Flame, type FlameFrame, nameOf, type Step, stepFrom } from "./flame-tree.ts";
import "./flame.css";

/** Narrower boxes are no use to anyone, of the width. */
const widthMin = 0.001;
/** Narrower boxes have no room for a name. */
const nameWidthMin = 0.02;

const steps: Record<string, Step> = {
  ArrowUp: "caller",
  ArrowDown: "callee",
  ArrowLeft: "before",
  ArrowRight: "after",
};

/**
 * Who called whom, the callers above: the wider a box, the more time in it. A click, or Enter, lets it fill the width; the
 * arrow keys walk.
 */
export function FlameGraph({ flame }: { flame: Flame }) {
  const [zoomed, setZoomed] = useState(-1);
  const [current, setCurrent] = useState(0);
  const graph = useRef<HTMLFieldSetElement>(null);
  const boxes = useMemo(() => boxesOf(flame, zoomed, widthMin), [flame, zoomed]);
  const depth = Math.max(0, ...boxes.map(({ index }) => (flame.frames[index]?.depth ?? 0) + 1));

  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (step !== undefined) {
      const next = stepFrom(flame, boxes, current, step);
      setCurrent(next);
      graph.current?.querySelector<HTMLElement>(`[data-frame="${next}"]`)?.focus();
    } else if (event.key === "Escape" && zoomed !== -1) setZoomed(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const zoomTo = (index: number) => {
    setCurrent(index);
    setZoomed(index === zoomed ? -1 : index);
  };

  return (
    <div className="flame">
      <p className="flame-legend">
        <span className="flame-key is-own">your code</span>
        <span className="flame-key is-package">packages</span>
        <span className="flame-key is-runtime">Node and V8</span>
        <span className="flame-key is-idle">waiting</span>
        {zoomed === -1 ? null : (
          <button type="button" className="link-button" onClick={() => setZoomed(-1)}>
            Show all
          </button>
        )}
      </p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the buttons in it have the focus */}
      <fieldset
        ref={graph}
        className="flame-graph"
        aria-label="Flame graph"
        style={{ height: `calc(${depth} * var(--flame-row))` }}
        onKeyDown={onKeyDown}
      >
        {boxes.map(({ index, left, width }) => {
          const frame = flame.frames[index];
          return frame === undefined ? null : (
            <button
              type="button"
              key={index}
              data-frame={index}
              className={`flame-box is-${frame.kind}${index === zoomed ? " is-zoomed" : ""}`}
              style={{
                left: `${left * 100}%`,
                width: `${width * 100}%`,
                top: `calc(${frame.depth} * var(--flame-row))`,
              }}
              tabIndex={index === current ? 0 : -1}
              aria-label={describe(frame, flame.totalUs)}
              title={describe(frame, flame.totalUs)}
              onFocus={() => setCurrent(index)}
              onClick={() => zoomTo(index)}
            >
              {width < nameWidthMin ? null : nameOf(frame.label)}
            </button>
          );
        })}
      </fieldset>
    </div>
  );
}

function describe({ label, totalUs, selfUs }: FlameFrame, wholeUs: number): string {
  const own = selfUs === 0 || selfUs === totalUs ? "" : `, ${formatDuration(selfUs / 1000)} of it itself`;
  return `${label}: ${formatDuration(totalUs / 1000)} (${formatRatio(totalUs / wholeUs)})${own}`;
}
