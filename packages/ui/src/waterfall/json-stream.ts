/**
 * Reads one big JSON object while it arrives: each top-level member is handed over when it is whole, and the elements of
 * chosen top-level arrays in batches, so that a trace of 100,000 spans can be drawn before its last byte.
 * Scans for structure only; `JSON.parse` does the rest, on slices that are known to be whole.
 */
export interface JsonStreamHandlers {
  /** A member that is not streamed; also each streamed one's absence of elements is simply no call. */
  member: (key: string, value: unknown) => void;
  /** Arrays to hand over in batches. */
  elements: Record<string, (batch: unknown[]) => void>;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;

export class JsonStream {
  readonly #handlers: JsonStreamHandlers;
  #text = "";
  #at = 0;
  #depth = 0;
  #inString = false;
  /** Where the present member or batch of elements begins in `#text`. */
  #from = 0;
  /** The last comma between elements, or -1. */
  #elementsEnd = -1;
  #streamed: ((batch: unknown[]) => void) | undefined;
  #finished = false;

  constructor(handlers: JsonStreamHandlers) {
    this.#handlers = handlers;
  }

  /** @throws SyntaxError when the text is not a JSON object */
  push(text: string): void {
    this.#text += text;
    this.#scan();
    if (this.#streamed !== undefined && this.#elementsEnd > this.#from) {
      this.#handOver(this.#elementsEnd);
      this.#from = this.#elementsEnd + 1;
      this.#elementsEnd = -1;
    }
    this.#text = this.#text.slice(this.#from);
    this.#at -= this.#from;
    this.#from = 0;
  }

  /** @throws SyntaxError when the document is not whole */
  end(): void {
    if (!this.#finished) throw new SyntaxError("The answer ended before it was whole.");
  }

  #scan(): void {
    const text = this.#text;
    const length = text.length;
    for (let at = this.#at; at < length; at += 1) {
      const char = text.charCodeAt(at);
      if (this.#inString) {
        if (char === backslash) at += 1;
        else if (char === quote) this.#inString = false;
        else {
          // Most bytes lie in strings: jump to whichever ends this stretch.
          at = stringStop(text, at) - 1;
        }
        this.#at = at + 1;
        continue;
      }
      if (char === quote) this.#inString = true;
      else if (char === openBrace || char === openBracket) this.#open(at, char);
      else if (char === closeBrace || char === closeBracket) this.#close(at);
      else if (char === comma) this.#comma(at);
      this.#at = at + 1;
    }
  }

  #open(at: number, char: number): void {
    if (this.#depth === 0) {
      if (char !== openBrace || this.#finished) throw new SyntaxError("The answer is not one JSON object.");
      this.#from = at + 1;
    } else if (this.#depth === 1 && char === openBracket) {
      this.#streamed = this.#handlers.elements[this.#key(at)];
      if (this.#streamed !== undefined) this.#from = at + 1;
    }
    this.#depth += 1;
  }

  #close(at: number): void {
    this.#depth -= 1;
    if (this.#depth === 1 && this.#streamed !== undefined) {
      this.#handOver(at);
      this.#streamed = undefined;
      this.#elementsEnd = -1;
      this.#from = at + 1;
    } else if (this.#depth === 0) {
      this.#member(at);
      this.#finished = true;
      this.#from = at + 1;
    } else if (this.#depth < 0) throw new SyntaxError("The answer is not one JSON object.");
  }

  #comma(at: number): void {
    if (this.#depth === 1) {
      this.#member(at);
      this.#from = at + 1;
    } else if (this.#depth === 2 && this.#streamed !== undefined) this.#elementsEnd = at;
  }

  #member(end: number): void {
    const slice = this.#text.slice(this.#from, end);
    if (slice.trim() === "") return;
    for (const [key, value] of Object.entries(JSON.parse(`{${slice}}`) as Record<string, unknown>)) {
      this.#handlers.member(key, value);
    }
  }

  #key(valueAt: number): string {
    const before = this.#text.slice(this.#from, valueAt).trim();
    const name: unknown = before.endsWith(":") ? JSON.parse(before.slice(0, -1)) : "";
    return typeof name === "string" ? name : "";
  }

  #handOver(end: number): void {
    const slice = this.#text.slice(this.#from, end);
    if (slice.trim() !== "") this.#streamed?.(JSON.parse(`[${slice}]`) as unknown[]);
  }
}

function stringStop(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === quote || char === backslash) break;
  }
  return at;
}
