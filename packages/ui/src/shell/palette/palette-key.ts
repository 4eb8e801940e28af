import { useEffect, useRef } from "react";

/** As the viewer's keyboard names it. */
const isMac = /Mac|iP(hone|ad)/.test(navigator.userAgent);
export const paletteKey = isMac ? "⌘K" : "Ctrl K";

/** Works while someone types, too: no text needs this key. */
export function usePaletteKey(onPress: () => void): void {
  const latest = useRef(onPress);
  useEffect(() => {
    latest.current = onPress;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
