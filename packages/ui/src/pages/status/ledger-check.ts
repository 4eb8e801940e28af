import type { LedgerCounts } from "sightglass/contract";

/**
 * received − (stored + refused + spooled), in items. The three are counted in different places, so while data moves the
 * parts may be read a moment apart; what stays is real. Above 0: items went missing. Below: items were counted twice.
 */
export function ledgerDifference({ received, stored, refused, spooled }: LedgerCounts): number {
  return received - stored - refused - spooled;
}

/** A difference that stands for this long is not one of the moment. */
export const settleMs = 10_000;

export type LedgerVerdict = "balances" | "settling" | "off";

/** Remembers since when each signal has been off. One per page. */
export class LedgerWatch {
  readonly #since = new Map<string, number>();

  judge(signal: string, counts: LedgerCounts, nowMs: number): LedgerVerdict {
    if (ledgerDifference(counts) === 0) {
      this.#since.delete(signal);
      return "balances";
    }
    const since = this.#since.get(signal) ?? nowMs;
    this.#since.set(signal, since);
    return nowMs - since >= settleMs ? "off" : "settling";
  }
}
