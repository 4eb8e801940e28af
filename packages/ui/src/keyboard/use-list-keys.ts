import { useState } from "react";
import { useShortcuts } from "./shortcuts.ts";

export interface ListKeys {
  /** The row that the keyboard stands on; -1 before the first key. */
  index: number;
  setIndex: (index: number) => void;
}

/** j and k walk a list, Enter opens, Escape leaves. Rows carry `data-list-index` so that they can be brought into view. */
export function useListKeys(options: { count: number; onOpen: (index: number) => void; name: string }): ListKeys {
  const [wanted, setIndex] = useState(-1);
  const index = Math.min(wanted, options.count - 1);
  const move = (by: number) => {
    if (options.count === 0) return;
    const next = Math.min(Math.max(index + by, 0), options.count - 1);
    setIndex(next);
    document
      .querySelector(`[data-list="${options.name}"][data-list-index="${next}"]`)
      ?.scrollIntoView({ block: "nearest" });
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    Enter: index >= 0 ? () => options.onOpen(index) : undefined,
    Escape: index >= 0 ? () => setIndex(-1) : undefined,
  });
  return { index, setIndex };
}
