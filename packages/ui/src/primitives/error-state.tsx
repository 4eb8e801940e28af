import { ApiError } from "../api/errors.ts";
import { Button } from "./button.tsx";
import { TokenForm } from "./token-form.tsx";
import "./states.css";

/** What could not be read, why, and what to do. */
export function ErrorState({ what, error, onRetry }: { what: string; error: unknown; onRetry?: () => void }) {
  const api = error instanceof ApiError ? error : null;
  const message = error instanceof Error ? error.message : String(error);
  return (
    <div className="state state-error" role="alert">
      <h2>Could not read {what}</h2>
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
