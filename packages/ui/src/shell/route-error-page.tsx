import type { ErrorComponentProps } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useLive } from "../api/live.ts";
import { ErrorState } from "../primitives/error-state.tsx";
import { PartMissingError, reloadWhenServed } from "./parts.ts";

/** A fault in the page itself, or a part of it that could not be loaded. */
export function RouteErrorPage({ error, reset }: ErrorComponentProps) {
  const isPartMissing = error instanceof PartMissingError;
  useReloadOnReturn(isPartMissing);
  return (
    <div className="page">
      <ErrorState
        what="this view"
        level={1}
        error={error}
        onRetry={isPartMissing ? () => void reloadWhenServed() : reset}
      />
    </div>
  );
}

/** A part that was missing because the server was away is there when it is back. */
function useReloadOnReturn(isPartMissing: boolean): void {
  const { state } = useLive();
  const wasLost = useRef(false);
  useEffect(() => {
    if (state === "lost") wasLost.current = true;
    else if (state !== "connecting" && wasLost.current && isPartMissing) void reloadWhenServed();
  }, [state, isPartMissing]);
}
