import type { StageError } from "sightglass/contract";
import { CopyButton } from "../../primitives/copy-button.tsx";
import "./error-block.css";

/** An exception: type, message, and the stack to unfold. */
export function ErrorBlock({ error, isOpen = false }: { error: StageError; isOpen?: boolean }) {
  const whole = error.stack ?? `${error.type}: ${error.message}`;
  return (
    <div className="error-block">
      <p className="error-message">
        <code>{error.type}</code> {error.message}
      </p>
      <CopyButton text={whole} label="Copy the error" />
      {error.stack === null ? null : (
        <details open={isOpen}>
          <summary>Stack</summary>
          <pre
            // It scrolls: the keyboard must get there.
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
            tabIndex={0}
            aria-label="Stack"
          >
            {error.stack}
          </pre>
        </details>
      )}
    </div>
  );
}
