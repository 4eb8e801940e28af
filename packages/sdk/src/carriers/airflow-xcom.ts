import { activeFieldsWithW3c, contextOfW3cToo } from "./fields.ts";
import { membersOf } from "./members.ts";
import { reader } from "./reader.ts";

const keyDefault = "trace_context";

export interface XcomAddress {
  dagId: string;
  runId: string;
  taskId: string;
  /** Default `trace_context`. */
  key?: string;
}

/** An XCom as the REST API takes it. */
export interface XcomEntry {
  key: string;
  value: Record<string, string>;
  map_index: number;
}

/** Airflow's XComs by its REST API, version 2: the value is an object of fields, such as Python's `propagate.inject` fills. */
export const airflowXcom = {
  /** Where entries are POSTed, and with a `key` the one that is got: `/api/v2/dags/...`, its parts escaped. */
  path(this: void, { dagId, runId, taskId, key }: XcomAddress): string {
    const [dag, run, task] = [dagId, runId, taskId].map(encodeURIComponent);
    const entry = key === undefined ? "" : `/${encodeURIComponent(key)}`;
    return `/api/v2/dags/${dag}/dagRuns/${run}/taskInstances/${task}/xcomEntries${entry}`;
  },

  /** The body to POST: the trace of what is active. `mapIndex` is that of a mapped task, else -1. */
  inject(this: void, options?: { key?: string; mapIndex?: number } | null): XcomEntry {
    const { key = keyDefault, mapIndex = -1 } = options ?? {};
    return { key, value: activeFieldsWithW3c(), map_index: mapIndex };
  },

  /** From the answer, be its `value` an object or (with `?stringify=true`) text. */
  ...reader((entry: object) => {
    const fields = membersOf(membersOf(entry)["value"]);
    return contextOfW3cToo((field) => fields[field]);
  }),
};
