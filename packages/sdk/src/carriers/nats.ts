import { safely } from "../safely.ts";
import { activeFields, contextOf } from "./fields.ts";
import { reader } from "./reader.ts";

/** What is used of the client's headers. */
export interface NatsHeaders {
  get(name: string): string;
  set(name: string, value: string): void;
}

/** NATS' messages, of the core and of JetStream. */
export const nats = {
  /** The same headers, with the trace of what is active: `connection.publish(subject, data, { headers: nats.inject(headers()) })`. */
  inject<Headers extends Pick<NatsHeaders, "set">>(this: void, headers: Headers): Headers {
    // The client refuses some characters, and says so by throwing.
    for (const [field, value] of Object.entries(activeFields())) safely(() => headers.set(field, value), undefined);
    return headers;
  },

  ...reader((message: { readonly headers?: Pick<NatsHeaders, "get"> | undefined }) =>
    contextOf((field) => message.headers?.get(field)),
  ),
};
