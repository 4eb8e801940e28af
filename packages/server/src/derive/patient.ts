import { limits } from "../model/limits.ts";

/** For statements whose result is written, not answered: a first start may have years to count. */
export const patient = { rowsMax: 0, timeoutMs: limits.derivedStatementTimeoutMs.value } as const;
