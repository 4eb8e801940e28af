import { activeFields, contextOf } from "./fields.ts";
import { membersOf } from "./members.ts";
import { reader } from "./reader.ts";

/** What is used of BullMQ's job options. */
export interface BullmqJobOptions {
  telemetry?: { metadata?: string; omitContext?: boolean };
}

/** BullMQ's jobs: in their telemetry metadata, where BullMQ's own OpenTelemetry support keeps it as well. */
export const bullmq = {
  /** The options with the trace of what is active: `queue.add(name, data, bullmq.inject(options))`. */
  inject<Options extends object>(this: void, options?: Options): Options & BullmqJobOptions {
    const fields = activeFields();
    const given = (options ?? {}) as Options & BullmqJobOptions;
    if (Object.keys(fields).length === 0) return given;
    return { ...given, telemetry: { ...given.telemetry, metadata: JSON.stringify(fields) } };
  },

  ...reader((job: { readonly opts?: BullmqJobOptions }) => {
    const fields = membersOf(job.opts?.telemetry?.metadata);
    return contextOf((field) => fields[field]);
  }),
};
