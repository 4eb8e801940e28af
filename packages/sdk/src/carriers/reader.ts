import { type Context, isSpanContextValid, type Link, ROOT_CONTEXT, type SpanContext, trace } from "@opentelemetry/api";
import { attributeNames as names } from "../attribute-names.ts";
import { safely } from "../safely.ts";

/** The receiving side of a boundary. */
export interface Reader<Incoming> {
  /** The trace that it carries; the root context when it carries none, or none that can be read. Never throws. */
  extract(this: void, incoming: Incoming): Context;
  /**
   * One link to each producer of a batch, with the rows that came from it (`rowsOf` each; default 1): for the `links` of
   * the stage that works on the batch. Links, not parents, as OpenTelemetry's messaging conventions have it for batches.
   */
  links<Each extends Incoming>(this: void, batch: Iterable<Each>, rowsOf?: (incoming: Each) => number): Link[];
}

export function reader<Incoming>(extract: (incoming: Incoming) => Context): Reader<Incoming> {
  // What came may be anything at all, whatever its type says.
  const safeExtract = (incoming: Incoming) => safely(() => extract(incoming), ROOT_CONTEXT);
  return {
    extract: safeExtract,
    links: (batch, rowsOf = () => 1) => safely(() => linksOf(batch, safeExtract, rowsOf), []),
  };
}

interface Producer {
  context: SpanContext;
  rows: number;
  messages: number;
}

/** The producer of the most rows first: a span's limit of links cuts the end. */
export function linksOf<Incoming>(
  batch: Iterable<Incoming>,
  extract: (incoming: Incoming) => Context,
  rowsOf: (incoming: Incoming) => number,
): Link[] {
  const producers = new Map<string, Producer>();
  for (const incoming of batch) {
    const context = trace.getSpanContext(extract(incoming));
    if (context === undefined || !isSpanContextValid(context)) continue;
    const key = context.traceId + context.spanId;
    const producer = producers.get(key) ?? { context, rows: 0, messages: 0 };
    producer.rows += rowsOf(incoming);
    producer.messages += 1;
    producers.set(key, producer);
  }
  return [...producers.values()]
    .sort((a, b) => b.rows - a.rows)
    .map(({ context, rows, messages }) => ({
      context,
      attributes: { [names.read]: rows, "messaging.batch.message_count": messages },
    }));
}
