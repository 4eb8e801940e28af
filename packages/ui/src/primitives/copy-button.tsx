import { useEffect, useState } from "react";
import "./copy-button.css";

const shownMs = 1_500;

/** Puts `text` on the clipboard and says so. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), shownMs);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome("copied");
    } catch {
      // Plain HTTP on another host: browsers offer no clipboard there.
      setOutcome("failed");
    }
  };
  return (
    <button type="button" className="copy-button" aria-label={label} title={label} onClick={() => void copy()}>
      <svg viewBox="0 0 14 14" aria-hidden="true">
        {outcome === "copied" ? (
          <path d="m2.5 7.5 3 3 6-7" fill="none" stroke="currentColor" strokeWidth="1.5" />
        ) : (
          <path d="M4.5 4.5v-3h8v8h-3m-8-5h8v8h-8z" fill="none" stroke="currentColor" strokeWidth="1.2" />
        )}
      </svg>
      <output className="visually-hidden">
        {outcome === "copied" ? "Copied" : outcome === "failed" ? "The browser does not allow copying here" : ""}
      </output>
    </button>
  );
}
