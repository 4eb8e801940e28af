import { createHash } from "node:crypto";
import { limits } from "../model/limits.ts";

/**
 * The requests with deltas that were seen lately, by what they hold: a client that got no answer sends the same bytes
 * again, and its deltas must not be added twice. It does not outlive the process.
 */
export class RepeatedRequests {
  private readonly seen = new Set<string>();

  /** Whether the body was seen before; remembers it. */
  isRepeated(body: Uint8Array): boolean {
    const digest = createHash("sha1").update(body).digest("base64");
    if (this.seen.has(digest)) return true;
    this.seen.add(digest);
    if (this.seen.size > limits.repeatedRequestsMax.value) {
      for (const oldest of this.seen) {
        this.seen.delete(oldest);
        break;
      }
    }
    return false;
  }
}
