import { type KeyboardEvent, type PointerEvent, useRef } from "react";

/** The line between names and bars: drag it, or move it with the arrow keys. */
export function NameResizer({ share, onShare }: { share: number; onShare: (share: number) => void }) {
  const element = useRef<HTMLDivElement>(null);
  const onMove = (event: PointerEvent<HTMLElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = element.current?.parentElement?.getBoundingClientRect();
    if (box !== undefined && box.width > 0) onShare((event.clientX - box.left) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onShare(share + step);
  };
  return (
    <div
      ref={element}
      className="wf-resizer"
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an hr cannot be moved
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the names"
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={15}
      aria-valuemax={75}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onMove}
      onKeyDown={onKeyDown}
    />
  );
}
