import { createHash } from "node:crypto";
import { limits } from "../model/limits.ts";

/**
 * The requests with deltas that were seen lately, by what they hold: a client that got no answer sends the same bytes
 * again, and its deltas must not be added twice. Each leaves a mark in the store, where the next process finds it.
 */
export class RepeatedRequests {
  /** 64 bits of each, in order of arrival. */
  private readonly seen = new Set<bigint>();

  /** Takes over what an earlier process saw. */
  recover(marks: Iterable<{ low: number; high: number }>): void {
    for (const { low, high } of marks) this.remember((BigInt(high) << 32n) | BigInt(low));
  }

  /** @returns what tells the request apart, and whether it was seen before; remembers it */
  meet(body: Uint8Array): { low: number; high: number; isRepeated: boolean } {
    const digest = createHash("sha1").update(body).digest();
    const mark = digest.readBigUInt64LE();
    const isRepeated = this.seen.has(mark);
    if (!isRepeated) this.remember(mark);
    return { low: digest.readUInt32LE(), high: digest.readUInt32LE(4), isRepeated };
  }

  private remember(mark: bigint): void {
    this.seen.add(mark);
    if (this.seen.size <= limits.repeatedRequestsMax.value) return;
    for (const oldest of this.seen) {
      this.seen.delete(oldest);
      break;
    }
  }
}
