/** A line of output as it is kept; what is passed through to the terminal is not touched by any of this. */
export interface Line {
  readonly text: string;
  readonly isTruncated: boolean;
}

const newline = 0x0a;

/**
 * Cuts a stream of bytes into lines. Bytes that are no UTF-8 become U+FFFD; a line over the limit is cut and its rest
 * skipped; of a line that was rewritten with carriage returns (a progress bar) the last state counts; terminal escape
 * sequences are left out.
 */
export class LineSplitter {
  readonly #lineBytesMax: number;
  readonly #onLine: (line: Line) => void;
  #parts: Uint8Array[] = [];
  #byteCount = 0;
  #isTruncated = false;

  constructor(lineBytesMax: number, onLine: (line: Line) => void) {
    this.#lineBytesMax = lineBytesMax;
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      // Most lines lie whole in one chunk: nothing needs to be copied then.
      if (this.#parts.length === 0 && end - start <= this.#lineBytesMax) {
        this.#onLine({ text: readable(bytes.toString("utf8", start, end)), isTruncated: false });
      } else {
        this.#keep(bytes.subarray(start, end));
        this.#emit();
      }
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
  }

  /** The stream has ended: what is left is the last line. */
  end(): void {
    if (this.#byteCount > 0) this.#emit();
  }

  #keep(part: Uint8Array): void {
    const room = this.#lineBytesMax - this.#byteCount;
    if (part.byteLength > room) this.#isTruncated = true;
    if (room <= 0 || part.byteLength === 0) return;
    const kept = Uint8Array.prototype.slice.call(part, 0, room);
    this.#parts.push(kept);
    this.#byteCount += kept.byteLength;
  }

  #emit(): void {
    const text = readable(Buffer.concat(this.#parts).toString());
    const isTruncated = this.#isTruncated;
    this.#parts = [];
    this.#byteCount = 0;
    this.#isTruncated = false;
    this.#onLine({ text, isTruncated });
  }
}

// eslint-disable-next-line no-control-regex
const escapeSequence = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g;

function readable(text: string): string {
  const withoutEnd = text.endsWith("\r") ? text.slice(0, -1) : text;
  const lastState = withoutEnd.slice(withoutEnd.lastIndexOf("\r") + 1);
  return lastState.includes("\u001B") ? lastState.replaceAll(escapeSequence, "") : lastState;
}
