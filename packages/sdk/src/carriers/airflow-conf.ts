import { activeFieldsWithW3c, contextOfW3cToo } from "./fields.ts";
import { membersOf } from "./members.ts";
import { reader } from "./reader.ts";

/** Airflow 3.4 and later put the run below this trace by themselves (Airflow, "Traces"); older ones keep it for the tasks to read. */
const key = "airflow/dagrun_parent_trace_context";

/** The configuration of an Airflow run: `conf` of `POST /api/v2/dags/ID/dagRuns`. */
export const airflowConf = {
  /** A copy with the trace of what is active. */
  inject<Conf extends object>(this: void, conf?: Conf): Conf & Record<string, unknown> {
    const fields = activeFieldsWithW3c();
    return { ...(conf as Conf), ...(Object.keys(fields).length === 0 ? {} : { [key]: fields }) };
  },

  /** From a run as the API answers it, or from its `conf`. */
  ...reader((run: object) => {
    const members = membersOf(run);
    const held = members[key] ?? membersOf(members["conf"])[key];
    // The traceparent alone is allowed as well.
    const fields =
      typeof held === "string" && !held.trimStart().startsWith("{") ? { traceparent: held } : membersOf(held);
    return contextOfW3cToo((field) => fields[field]);
  }),
};
