import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import "./tooltip.css";

const openAfterMs = 150;
const marginPx = 8;

/** A point of the window, in CSS pixels: the middle of the thing's upper edge. */
export interface Place {
  left: number;
  top: number;
}

/** Words for a thing on the page, on hover and on focus; Escape closes it. The thing itself must also make sense without. */
export function Tooltip({
  content,
  children,
  className,
}: {
  content: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const id = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [place, setPlace] = useState<Place | null>(null);

  const open = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      // The anchor is `display: contents` so that it never changes a layout; its first child has the box.
      const box = (anchor.current?.firstElementChild ?? anchor.current)?.getBoundingClientRect();
      if (box !== undefined) setPlace({ left: box.left + box.width / 2, top: box.top });
    }, openAfterMs);
  }, []);
  const close = useCallback(() => {
    clearTimeout(timer.current);
    setPlace(null);
  }, []);
  useEffect(() => close, [close]);

  return (
    // The child takes the focus; the handlers here only watch it come and go.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <span
      ref={anchor}
      className={`tooltip-anchor${className ? ` ${className}` : ""}`}
      onPointerEnter={open}
      onPointerLeave={close}
      onFocus={open}
      onBlur={close}
      onKeyDown={(event) => {
        if (event.key === "Escape" && place !== null) close();
      }}
      {...(place === null ? {} : { "aria-describedby": id })}
    >
      {children}
      {place === null ? null : createPortal(<Bubble id={id} place={place} content={content} />, document.body)}
    </span>
  );
}

/** The words themselves, above a point of the window. */
export function Bubble({ id, place, content }: { id: string; place: Place; content: ReactNode }) {
  const bubble = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = bubble.current;
    if (element === null) return;
    const { width, height } = element.getBoundingClientRect();
    const left = Math.min(Math.max(place.left - width / 2, marginPx), innerWidth - width - marginPx);
    const above = place.top - height - marginPx;
    element.style.left = `${left}px`;
    element.style.top = `${above < marginPx ? place.top + 28 : above}px`;
    element.style.visibility = "visible";
  }, [place]);
  return (
    <div ref={bubble} id={id} role="tooltip" className="tooltip">
      {content}
    </div>
  );
}
