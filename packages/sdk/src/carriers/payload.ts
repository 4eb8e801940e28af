import { activeFields, contextOf, type Fields } from "./fields.ts";
import { isRecord, membersOf } from "./members.ts";
import { reader } from "./reader.ts";

const member = "otel";

/** `payload` with the fields in its member `otel`, instead of what was there. */
export function withFields<Payload extends object>(payload: Payload, fields: Fields): Payload {
  const { [member]: _old, ...others } = payload as Payload & { [member]?: unknown };
  return (Object.keys(fields).length === 0 ? others : { ...others, [member]: fields }) as Payload;
}

/**
 * Messages and jobs that are JSON objects, where the transport has no headers: pg-boss, graphile-worker, Redis lists and streams,
 * SQS bodies. The trace is in the member `otel`.
 */
export const payload = {
  /** A copy with the trace of what is active; what is no object stays as it is. `jobs.map(payload.inject)` works. */
  inject<Payload extends object>(this: void, object: Payload): Payload {
    return isRecord(object) ? withFields(object, activeFields()) : object;
  },

  /** From the object, or from its JSON text. */
  ...reader((received: unknown) => {
    const fields = membersOf(membersOf(received)[member]);
    return contextOf((field) => fields[field]);
  }),
};
