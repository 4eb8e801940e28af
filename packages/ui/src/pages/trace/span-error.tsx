import type { SpanDetail } from "sightglass/contract";
import { formatAttribute } from "../../format/attribute.ts";
import { CopyButton } from "../../primitives/copy-button.tsx";
import { StatusShape } from "../../primitives/status.tsx";

/** Why the span failed: its status message, or the exception it recorded, with the stack. Nothing when it did not fail. */
export function SpanError({ span }: { span: SpanDetail }) {
  if (span.status !== "error") return null;
  const exception = span.events.findLast((event) => event.name === "exception");
  const read = (key: string) => {
    const value = exception?.attributes.find((attribute) => attribute.key === key)?.value;
    return value === undefined ? "" : formatAttribute(value);
  };
  const type = read("exception.type");
  const message = read("exception.message") || span.statusMessage;
  const stack = read("exception.stacktrace");
  return (
    <section className="span-error" aria-label="Error">
      <p className="span-error-message">
        <StatusShape status="failed" />
        <span>
          {type === "" ? null : <strong>{type}: </strong>}
          {message === "" ? "The span ended with an error and gave no message." : message}
        </span>
      </p>
      {stack === "" ? null : (
        <details>
          <summary>Stack</summary>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keyboard too */}
          <pre tabIndex={0}>{stack}</pre>
          <CopyButton text={stack} label="Copy the stack" />
        </details>
      )}
    </section>
  );
}
