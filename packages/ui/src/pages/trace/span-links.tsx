import { Link } from "@tanstack/react-router";
import type { SpanDetail } from "sightglass/contract";
import { AttributeList } from "./attribute-list.tsx";

export interface SpanLinksProps {
  span: SpanDetail;
  /** The trace on screen. */
  traceId: string;
  onSpan: (spanId: string) => void;
}

export function SpanLinks({ span, traceId, onSpan }: SpanLinksProps) {
  return (
    <ol className="span-links">
      {span.links.map((link, index) => (
        <li key={`${link.traceId} ${link.spanId} ${index}`}>
          {link.traceId === traceId ? (
            <button type="button" className="link-button" onClick={() => onSpan(link.spanId)}>
              Span <code>{link.spanId}</code> of this trace
            </button>
          ) : (
            <Link
              to="/traces/$traceId"
              params={{ traceId: link.traceId }}
              search={{ span: link.spanId }}
              className="link-button"
            >
              Trace <code>{link.traceId.slice(0, 12)}…</code> span <code>{link.spanId}</code>
            </Link>
          )}
          {link.attributes.length === 0 ? null : (
            <AttributeList label="Attributes of the link" items={link.attributes} />
          )}
        </li>
      ))}
    </ol>
  );
}
