import { activeFieldsWithW3c, contextOfW3cToo } from "./fields.ts";
import { membersOf } from "./members.ts";
import { reader } from "./reader.ts";

/** Prefect 3 reads `__OTEL_TRACEPARENT` of a flow run and goes on with that trace (prefect.telemetry.run_telemetry). */
const labelOf = (field: string) => `__OTEL_${field.toUpperCase().replaceAll("-", "_")}`;

/** The labels of a Prefect flow run: of its creation, or of `PATCH /api/flow_runs/ID/labels`. */
export const prefect = {
  /** A copy with the trace of what is active. */
  inject<Labels extends object>(this: void, labels?: Labels): Labels & Record<string, unknown> {
    const fields = Object.entries(activeFieldsWithW3c()).map(([field, value]) => [labelOf(field), value]);
    return { ...(labels as Labels), ...Object.fromEntries(fields) };
  },

  /** From a flow run as the API answers it, or from its labels. */
  ...reader((flowRun: object) => {
    const members = membersOf(flowRun);
    const labels = membersOf(members["labels"]);
    return contextOfW3cToo((field) => labels[labelOf(field)] ?? members[labelOf(field)]);
  }),
};
