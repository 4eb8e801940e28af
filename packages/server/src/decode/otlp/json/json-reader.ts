import { SightglassError } from "../../../model/errors.ts";
import { ByteSource } from "../../native/byte-source.ts";

/** Values of unknown fields may be nested this deep. */
const skipDepthMax = 256;

const quote = 0x22;
export const colon = 0x3a;
const backslash = 0x5c;
export const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Reads JSON (RFC 8259) token by token from UTF-8 bytes. Errors name the path and the byte. */
export class JsonReader {
  readonly source: ByteSource;
  /** The content of the last string that was taken, and whether it has escapes. */
  start = 0;
  end = 0;
  isEscaped = false;
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
    if (this.peek() !== word.charCodeAt(0)) return false;
    for (let i = 1; i < word.length; i++) if (this.bytes[this.position + i] !== word.charCodeAt(i)) return false;
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

  /** Takes a string. */
  string(): string {
    this.takeString();
    return this.text();
  }

  /** The value of the last string that was taken. */
  text(): string {
    if (!this.isEscaped) return this.bytes.toString("utf8", this.start, this.end);
    try {
      return JSON.parse(this.bytes.toString("utf8", this.start - 1, this.end + 1)) as string;
    } catch {
      return this.fail("invalid escape in a string");
    }
  }

  /** Takes a string and leaves `start`, `end` and `isEscaped` for it. */
  takeString(): void {
    if (this.peek() !== quote) this.fail("'\"' expected");
    const { bytes } = this;
    const start = this.position + 1;
    this.isEscaped = false;
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === quote) {
        this.start = start;
        this.end = at;
        this.position = at + 1;
        return;
      }
      if (byte === backslash) {
        this.isEscaped = true;
        at++;
      } else if (byte < 0x20) this.fail("control character in a string");
    }
    this.fail("the string has no end");
  }

  /** Steps over any value. */
  skip(depth = 0): void {
    if (depth > skipDepthMax) this.fail("values are nested too deeply");
    const first = this.peek();
    if (first === 0x7b) {
      this.members(() => {
        this.path.push(this.text());
        this.expect(colon);
        this.skip(depth + 1);
        this.path.pop();
      });
    } else if (first === 0x5b) {
      this.elements(() => {
        this.skip(depth + 1);
      });
    } else if (first === quote) {
      this.takeString();
      if (this.isEscaped) this.text();
    } else if (!this.takesWord("null") && !this.takesWord("true") && !this.takesWord("false")) this.number();
  }

  /** Takes an object; `each` takes the value of each member, whose name was the last string. */
  members(each: () => void): void {
    for (let more = this.firstMember(); more; more = this.nextMember()) each();
  }

  /** Takes the beginning of an object and the name of its first member. @returns false when there is none, and its end is taken */
  firstMember(): boolean {
    this.expect(0x7b);
    if (this.takes(0x7d)) return false;
    this.takeString();
    return true;
  }

  /** After a member's value: takes the name of the next one. @returns false when there is none, and the object's end is taken */
  nextMember(): boolean {
    if (this.takes(0x2c)) {
      this.takeString();
      return true;
    }
    this.expect(0x7d);
    return false;
  }

  /** Takes an array; `each` takes one element. */
  elements(each: () => void): void {
    for (let more = this.firstElement(); more; more = this.nextElement()) each();
  }

  /** Takes the beginning of an array. @returns false when it is empty, and its end is taken */
  firstElement(): boolean {
    this.expect(0x5b);
    if (this.takes(0x5d)) return false;
    this.path.push(0);
    return true;
  }

  /** After an element. @returns false when it was the last, and the array's end is taken */
  nextElement(): boolean {
    const index = this.path.pop() as number;
    if (this.takes(0x2c)) {
      this.path.push(index + 1);
      return true;
    }
    this.expect(0x5d);
    return false;
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
