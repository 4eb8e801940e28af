import { activeFields, fitting } from "./fields.ts";
import { payload, withFields } from "./payload.ts";
import { reader } from "./reader.ts";

/** PostgreSQL refuses a payload of 8000 bytes and more (documentation of NOTIFY). */
const limit = { name: "a notification's payload", bytes: 7999 };

/** PostgreSQL's LISTEN and NOTIFY: payloads that are JSON objects, the trace in the member `otel`. */
export const notify = {
  /** The payload's JSON text with the trace of what is active, or without where it would grow too long: for `pg_notify`. */
  inject(this: void, object: object): string {
    const bytesOf = (text: string) => Buffer.byteLength(text);
    const fields = fitting(activeFields(), limit, (some) => bytesOf(JSON.stringify(withFields(object, some))));
    return JSON.stringify(withFields(object, fields));
  },

  /** From what the listener got: `client.on("notification", (message) => notify.extract(message))`, or the payload itself. */
  ...reader((received: { readonly payload?: string | undefined } | string | undefined) =>
    payload.extract(typeof received === "string" ? received : received?.payload),
  ),
};
