import { SightglassError } from "../model/errors.ts";

/** A request that was let in. */
export interface Admitted {
  /** Counts `bytes` more held for the request. @throws SightglassError unavailable when all hold too many together */
  readonly hold: (bytes: number) => void;
  /** The request is over. May be called again. */
  readonly leave: () => void;
}

/**
 * Lets a limited number of requests in, which hold a limited number of bytes together: what comes on top is refused and
 * may be sent again, so that memory stays bounded whatever arrives. One for all receivers.
 */
export class Admission {
  private readonly requestsMax: number;
  private readonly bytesMax: number;
  private requests = 0;
  private bytes = 0;
  private isStopping = false;

  constructor({ requestsMax, bytesMax }: { requestsMax: number; bytesMax: number }) {
    this.requestsMax = requestsMax;
    this.bytesMax = bytesMax;
  }

  /** Requests that are under way. */
  get requestCount(): number {
    return this.requests;
  }

  /** From now on every request is refused; those under way go on. */
  stop(): void {
    this.isStopping = true;
  }

  /** @throws SightglassError unavailable */
  enter(): Admitted {
    if (this.isStopping) throw tooBusy("the server is stopping");
    if (this.requests >= this.requestsMax) throw tooBusy(`${this.requests} requests are under way`);
    this.requests++;
    let held = 0;
    let isOver = false;
    return {
      hold: (bytes) => {
        // A single request may always go on: the limit of its own body bounds it.
        if (this.bytes + bytes > this.bytesMax && this.bytes > held) {
          throw tooBusy("the requests under way hold too much memory");
        }
        held += bytes;
        this.bytes += bytes;
      },
      leave: () => {
        if (isOver) return;
        isOver = true;
        this.requests--;
        this.bytes -= held;
      },
    };
  }
}

function tooBusy(message: string): SightglassError {
  return new SightglassError("unavailable", message, { hint: "send the request again later", retryAfterMs: 1000 });
}
