import { type Context, isSpanContextValid, type Link, type SpanContext, trace } from "@opentelemetry/api";
import { attributeNames as names } from "../attribute-names.ts";
import { extractFrom, injectInto } from "./propagation.ts";

type HeaderValue = Uint8Array | string;

/**
 * Message headers as the clients have them: an object (kafkajs, and Confluent's client in that style), a list of objects with one
 * key each (librdkafka's style), or a map (@platformatic/kafka). Values are strings or bytes, or lists of them.
 */
export type KafkaHeaders =
  | Readonly<Record<string, HeaderValue | readonly HeaderValue[] | undefined>>
  | readonly Readonly<Record<string, HeaderValue>>[]
  | ReadonlyMap<HeaderValue, HeaderValue>;

export interface KafkaMessage {
  readonly headers?: KafkaHeaders | null | undefined;
}

/** Kafka messages, whatever the client. */
export const kafka = {
  /** The message with the trace of what is active in its headers; `messages.map(kafka.inject)` works. */
  inject<Message extends object>(this: void, message: Message): Message {
    const { headers } = message as KafkaMessage;
    const injected: Record<string, string> = {};
    injectInto(injected, { set: (carrier, key, value) => void (carrier[key] = value) });
    return { ...message, headers: withHeaders(headers, injected) };
  },

  /** The trace that a message carries. */
  extract(this: void, message: KafkaMessage): Context {
    return extractFrom(message.headers ?? {}, { keys: () => [], get: headerOf });
  },

  /**
   * One link to each producer of a batch, with the number of its messages: for the `links` of the stage that works on the
   * batch (OpenTelemetry messaging conventions: links, not parents, for batches).
   */
  links(this: void, messages: Iterable<KafkaMessage>): Link[] {
    const producers = new Map<string, { context: SpanContext; count: number }>();
    for (const message of messages) {
      const producer = trace.getSpanContext(kafka.extract(message));
      if (producer === undefined || !isSpanContextValid(producer)) continue;
      const key = producer.traceId + producer.spanId;
      const known = producers.get(key) ?? { context: producer, count: 0 };
      known.count += 1;
      producers.set(key, known);
    }
    return [...producers.values()].map((producer) => ({
      context: producer.context,
      attributes: { [names.read]: producer.count, "messaging.batch.message_count": producer.count },
    }));
  },
};

/** In the form that the message has; a message without headers gets an object. */
function withHeaders(headers: KafkaHeaders | null | undefined, injected: Record<string, string>): KafkaHeaders {
  if (isList(headers)) {
    const others = headers.filter((entry) => Object.keys(entry).every((key) => injected[key] === undefined));
    return [...others, ...Object.entries(injected).map(([key, value]) => ({ [key]: value }))];
  }
  if (headers instanceof Map) {
    const others = [...(headers as ReadonlyMap<HeaderValue, HeaderValue>)].filter(
      ([key]) => injected[textOf(key)] === undefined,
    );
    return new Map<HeaderValue, HeaderValue>([...others, ...Object.entries(injected)]);
  }
  const others = headers as Readonly<Record<string, HeaderValue>> | null | undefined;
  return { ...others, ...injected };
}

function headerOf(headers: KafkaHeaders, name: string): string | undefined {
  const entries: Iterable<readonly [HeaderValue, unknown]> = isList(headers)
    ? headers.flatMap((entry) => Object.entries(entry))
    : headers instanceof Map
      ? (headers as ReadonlyMap<HeaderValue, unknown>)
      : Object.entries(headers);
  let found: string | undefined;
  for (const [key, value] of entries) {
    // The last one counts: a message that was passed on may carry an older one before it.
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    if (textOf(key) === name && (typeof last === "string" || last instanceof Uint8Array)) found = textOf(last);
  }
  return found;
}

function isList(headers: KafkaHeaders | null | undefined): headers is readonly Readonly<Record<string, HeaderValue>>[] {
  return Array.isArray(headers);
}

function textOf(value: HeaderValue): string {
  return typeof value === "string" ? value : new TextDecoder().decode(value);
}
