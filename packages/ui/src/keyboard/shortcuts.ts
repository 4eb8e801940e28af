import { useEffect, useRef } from "react";

/** Key sequences and what they do: `j`, `?`, `g p`, `Escape`. Keys are as KeyboardEvent.key gives them. */
export type Shortcuts = Record<string, (() => void) | undefined>;

/** The second key of a sequence must come within this time. */
const sequenceMaxMs = 1_000;

/** Holds while the component is on screen. Never acts while someone types, or with Ctrl, Alt or Meta held. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const match = sequenceMatcher();
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
      // Enter on a focused link or button is that control's own.
      if (event.key === "Enter" && document.activeElement?.matches("a, button, summary") === true) return;
      const action = match(event.key, event.timeStamp, latest.current);
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** Finds the shortcut that a key completes; remembers the first key of a sequence. */
export function sequenceMatcher(): (key: string, atMs: number, shortcuts: Shortcuts) => (() => void) | undefined {
  let first: { key: string; atMs: number } | undefined;
  return (key, atMs, shortcuts) => {
    const before = first !== undefined && atMs - first.atMs <= sequenceMaxMs ? first.key : undefined;
    first = undefined;
    if (before !== undefined) {
      const both = shortcuts[`${before} ${key}`];
      if (both !== undefined) return both;
    }
    if (Object.keys(shortcuts).some((keys) => keys.startsWith(`${key} `))) first = { key, atMs };
    // After the `g` of another listener's sequence, the second key must not act by itself.
    return before === undefined ? shortcuts[key] : undefined;
  };
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "range"].includes(target.type);
}
