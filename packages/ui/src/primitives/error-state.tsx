import { ApiError } from "../api/errors.ts";
import { Button } from "./button.tsx";
import { TokenForm } from "./token-form.tsx";
import "./states.css";

export interface ErrorStateProps {
  /** What could not be read: `the runs`. */
  what: string;
  error: unknown;
  /** 1 when the state is the whole page. */
  level?: 1 | 2;
  onRetry?: () => void;
}

/** What could not be read, why, and what to do. */
export function ErrorState({ what, error, level = 2, onRetry }: ErrorStateProps) {
  const Heading = level === 1 ? "h1" : "h2";
  const api = error instanceof ApiError ? error : null;
  const message = error instanceof Error ? error.message : String(error);
  return (
    <div className="state state-error" role="alert">
      <Heading>Could not read {what}</Heading>
      <div className="state-words">
        <p>{message}</p>
        {api?.hint === undefined ? null : <p>{api.hint}</p>}
        {api === null ? null : (
          <p className="muted">
            <code>{api.status === 0 ? api.code : `${api.status} ${api.code}`}</code>
          </p>
        )}
      </div>
      {api?.status === 401 ? <TokenForm /> : null}
      {onRetry === undefined ? null : (
        <div className="state-actions">
          <Button onClick={onRetry}>Try again</Button>
        </div>
      )}
    </div>
  );
}
