import type { ErrorCode } from "../model/errors.ts";

/** What one receiver has done since it started: `receivers` of StatusResponse (http/contract.ts). */
export class ReceiverStats {
  readonly protocol: string;
  /** Where it listens; empty until it does. */
  address = "";
  requests = 0;
  refused = 0;
  /** Refused requests by error code. */
  readonly refusals: Record<string, number> = {};

  constructor(protocol: string) {
    this.protocol = protocol;
  }

  refuse(code: ErrorCode): void {
    this.refused++;
    this.refusals[code] = (this.refusals[code] ?? 0) + 1;
  }
}
