import type { Attributes } from "@opentelemetry/api";
import { attributeNames as names } from "./attribute-names.ts";

/** A count that nobody has given yet: unknown is not 0. */
const unknown = -1;

/**
 * The row counts of one stage, which is one of these, so that counting a row is one call. Adding is one comparison and one
 * addition; a count that is not a number, or is negative, is ignored, because a wrong argument must not break the pipeline.
 */
export class Counts {
  #read = unknown;
  #written = unknown;
  #failed = unknown;
  #filtered = unknown;
  #deduplicated = unknown;
  #bytes = unknown;

  read(count = 1): void {
    if (typeof count === "number" && count >= 0) this.#read = this.#read < 0 ? count : this.#read + count;
  }

  written(count = 1): void {
    if (typeof count === "number" && count >= 0) this.#written = this.#written < 0 ? count : this.#written + count;
  }

  failed(count = 1): void {
    if (typeof count === "number" && count >= 0) this.#failed = this.#failed < 0 ? count : this.#failed + count;
  }

  filtered(count = 1): void {
    if (typeof count === "number" && count >= 0) this.#filtered = this.#filtered < 0 ? count : this.#filtered + count;
  }

  deduplicated(count = 1): void {
    if (typeof count === "number" && count >= 0)
      this.#deduplicated = this.#deduplicated < 0 ? count : this.#deduplicated + count;
  }

  bytes(count: number): void {
    if (typeof count === "number" && count >= 0) this.#bytes = this.#bytes < 0 ? count : this.#bytes + count;
  }

  /** The larger of rows read and written: how far the stage is. */
  get done(): number | undefined {
    const done = Math.max(this.#read, this.#written);
    return done < 0 ? undefined : done;
  }

  /** The counts as they are now. */
  copy(): Counts {
    const copy = new Counts();
    copy.#read = this.#read;
    copy.#written = this.#written;
    copy.#failed = this.#failed;
    copy.#filtered = this.#filtered;
    copy.#deduplicated = this.#deduplicated;
    copy.#bytes = this.#bytes;
    return copy;
  }

  /** Writes the counts that are known to `target`, as whole numbers. */
  addTo(target: Attributes): void {
    put(target, names.read, this.#read);
    put(target, names.written, this.#written);
    put(target, names.failed, this.#failed);
    put(target, names.filtered, this.#filtered);
    put(target, names.deduplicated, this.#deduplicated);
    put(target, names.bytes, this.#bytes);
  }
}

function put(target: Attributes, name: string, count: number): void {
  if (count >= 0 && Number.isFinite(count)) target[name] = Math.round(count);
}
