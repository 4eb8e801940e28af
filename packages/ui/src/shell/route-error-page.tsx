import type { ErrorComponentProps } from "@tanstack/react-router";
import { ErrorState } from "../primitives/error-state.tsx";

/** A fault in the page itself, or a part of it that could not be loaded after an upgrade of the server. */
export function RouteErrorPage({ error, reset }: ErrorComponentProps) {
  const outdated = error instanceof Error && /dynamically imported module|Failed to fetch/.test(error.message);
  return (
    <div className="page">
      <ErrorState
        what="this view"
        level={1}
        error={
          outdated
            ? new Error(
                "A part of the page could not be loaded: the server does not answer, or has another version now.",
              )
            : error
        }
        onRetry={outdated ? () => location.reload() : reset}
      />
    </div>
  );
}
