import type { SpanDetail } from "sightglass/contract";
import { formatDuration } from "../../format/duration.ts";
import { AttributeList } from "./attribute-list.tsx";
import { formatInstantExact } from "./instant.ts";

/** A span may hold thousands. */
const shownMax = 100;

export function SpanEvents({ events, startTimeUnixNano }: Pick<SpanDetail, "events" | "startTimeUnixNano">) {
  const start = BigInt(startTimeUnixNano);
  return (
    <ol className="span-events">
      {events.slice(0, shownMax).map((event, index) => {
        const at = BigInt(event.timeUnixNano);
        return (
          <li key={`${event.timeUnixNano} ${index}`}>
            <p>
              <strong>{event.name || "(no name)"}</strong>
              <span className="muted" title={formatInstantExact(at)}>
                +{formatDuration(Number(at - start) / 1e6)}
              </span>
            </p>
            {event.attributes.length === 0 ? null : (
              <AttributeList label={`Attributes of ${event.name}`} items={event.attributes} />
            )}
          </li>
        );
      })}
      {events.length > shownMax ? <li className="muted">and {events.length - shownMax} more</li> : null}
    </ol>
  );
}
