import { safely } from "../safely.ts";
import { activeFields, contextOf, type Fields, textOf } from "./fields.ts";
import { reader } from "./reader.ts";

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
    const headers = () => withHeaders((message as KafkaMessage).headers, activeFields());
    return safely(() => ({ ...message, headers: headers() }), message);
  },

  ...reader((message: KafkaMessage) => contextOf((field) => lastValueOf(message.headers ?? {}, field))),
};

/** In the form that the message has; a message without headers gets an object. */
function withHeaders(headers: KafkaHeaders | null | undefined, fields: Fields): KafkaHeaders {
  if (isList(headers)) {
    const others = headers.filter((entry) => Object.keys(entry).every((key) => !Object.hasOwn(fields, key)));
    return [...others, ...Object.entries(fields).map(([key, value]) => ({ [key]: value }))];
  }
  if (isMap(headers)) {
    const others = [...headers].filter(([key]) => !Object.hasOwn(fields, textOf(key) ?? ""));
    return new Map<HeaderValue, HeaderValue>([...others, ...Object.entries(fields)]);
  }
  return { ...headers, ...fields };
}

/** The last one counts: a message that was passed on may carry an older one before it. */
function lastValueOf(headers: KafkaHeaders, name: string): unknown {
  const entries: Iterable<readonly [HeaderValue, unknown]> = isList(headers)
    ? headers.flatMap((entry) => Object.entries(entry))
    : isMap(headers)
      ? headers
      : Object.entries(headers);
  let found: unknown;
  for (const [key, value] of entries) if (textOf(key) === name) found = value;
  return found;
}

function isList(headers: KafkaHeaders | null | undefined): headers is readonly Readonly<Record<string, HeaderValue>>[] {
  return Array.isArray(headers);
}

function isMap(headers: KafkaHeaders | null | undefined): headers is ReadonlyMap<HeaderValue, HeaderValue> {
  return headers instanceof Map;
}
