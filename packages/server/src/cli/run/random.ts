import { randomBytes, randomUUID } from "node:crypto";

/** Where new ids come from. */
export interface IdSource {
  /** 32 hexadecimal digits. */
  traceId(): string;
  /** 16 hexadecimal digits. */
  spanId(): string;
  runId(): string;
}

export const randomIds: IdSource = {
  traceId: () => randomBytes(16).toString("hex"),
  spanId: () => randomBytes(8).toString("hex"),
  runId: () => randomUUID(),
};
