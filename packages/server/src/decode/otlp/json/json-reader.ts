import { SightglassError } from "../../../model/errors.ts";
import { ByteSource } from "../../native/byte-source.ts";
import type { GrowableBytes } from "../../native/growable-bytes.ts";

/** Values of unknown fields may be nested this deep. */
const skipDepthMax = 256;

const quote = 0x22;
const backslash = 0x5c;
export const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Reads JSON (RFC 8259) token by token from UTF-8 bytes. Errors name the path and the byte. */
export class JsonReader {
  private readonly source: ByteSource;
  private readonly bytes: Buffer;
  private position = 0;
  /** Field names and array indexes down to the current value, kept by the caller. */
  readonly path: (string | number)[] = [];

  constructor(body: Uint8Array) {
    this.source = new ByteSource(body);
    this.bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) this.position = 3;
  }

  /** @throws SightglassError invalid_argument */
  fail(what: string, hint?: string): never {
    const path = this.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
    throw new SightglassError(
      "invalid_argument",
      `invalid OTLP/JSON at $${path} (byte ${this.position}): ${what}`,
      hint === undefined ? {} : { hint },
    );
  }

  /** The first byte of the next token, which is not taken; 0 at the end. */
  peek(): number {
    const { bytes } = this;
    for (;;) {
      const byte = bytes[this.position];
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) this.position++;
      else return byte ?? 0;
    }
  }

  /** Takes a punctuation character if it is next. */
  takes(character: number): boolean {
    if (this.peek() !== character) return false;
    this.position++;
    return true;
  }

  expect(character: number): void {
    if (!this.takes(character)) this.fail(`'${String.fromCharCode(character)}' expected`);
  }

  expectEnd(): void {
    if (this.peek() !== 0 || this.position < this.bytes.length) this.fail("text after the end of the document");
  }

  /** Takes a literal such as `null` if it is next. */
  takesWord(word: string): boolean {
    this.peek();
    if (this.bytes.toString("latin1", this.position, this.position + word.length) !== word) return false;
    this.position += word.length;
    return true;
  }

  /** A number's text. */
  number(): string {
    this.peek();
    const start = this.position;
    let end = start;
    while (isNumberByte(this.bytes[end])) end++;
    const text = this.bytes.toString("latin1", start, end);
    if (!numberPattern.test(text)) this.fail("a value expected");
    this.position = end;
    return text;
  }

  /** A string's value. */
  string(): string {
    const { start, end, escaped } = this.stringRange();
    if (!escaped) return this.bytes.toString("utf8", start, end);
    try {
      return JSON.parse(this.bytes.toString("utf8", start - 1, end + 1)) as string;
    } catch {
      return this.fail("invalid escape in a string");
    }
  }

  /** Appends a string's value as UTF-8; most are copied as they are. */
  stringInto(out: GrowableBytes, begin: (byteLength: number) => void): void {
    const { start, end, escaped } = this.stringRange();
    if (!escaped) {
      begin(end - start);
      out.pushBytes(this.source, start, end);
      return;
    }
    this.position = start - 1;
    const value = Buffer.from(this.string());
    begin(value.length);
    out.pushBytes(new ByteSource(value), 0, value.length);
  }

  /** Takes a string. @returns where its content is */
  private stringRange(): { start: number; end: number; escaped: boolean } {
    this.expect(quote);
    const { bytes } = this;
    const start = this.position;
    let escaped = false;
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === quote) {
        this.position = at + 1;
        return { start, end: at, escaped };
      }
      if (byte === backslash) {
        escaped = true;
        at++;
      } else if (byte < 0x20) this.fail("control character in a string");
    }
    return this.fail("the string has no end");
  }

  /** Steps over any value. */
  skip(depth = 0): void {
    if (depth > skipDepthMax) this.fail("values are nested too deeply");
    const first = this.peek();
    if (first === 0x7b) {
      this.members(() => {
        this.skip(depth + 1);
      });
    } else if (first === 0x5b) {
      this.elements(() => {
        this.skip(depth + 1);
      });
    } else if (first === quote) this.string();
    else if (!this.takesWord("null") && !this.takesWord("true") && !this.takesWord("false")) this.number();
  }

  /** Takes an object; `each` takes the value of the named member. */
  members(each: (name: string) => void): void {
    this.expect(0x7b);
    if (this.takes(0x7d)) return;
    do {
      const name = this.string();
      this.expect(0x3a);
      this.path.push(name);
      each(name);
      this.path.pop();
    } while (this.takes(0x2c));
    this.expect(0x7d);
  }

  /** Takes an array; `each` takes one element. */
  elements(each: () => void): void {
    this.expect(0x5b);
    if (this.takes(0x5d)) return;
    let index = 0;
    do {
      this.path.push(index++);
      each();
      this.path.pop();
    } while (this.takes(0x2c));
    this.expect(0x5d);
  }
}

function isNumberByte(byte: number | undefined): boolean {
  return (
    byte !== undefined &&
    ((byte >= 0x30 && byte <= 0x39) ||
      byte === 0x2d ||
      byte === 0x2b ||
      byte === 0x2e ||
      byte === 0x45 ||
      byte === 0x65)
  );
}
