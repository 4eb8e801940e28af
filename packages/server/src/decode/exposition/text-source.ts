import { isUtf8 } from "node:buffer";
import { SightglassError } from "../../model/errors.ts";

const newline = 10;

/** A text being read, with a place to be at. Faults name the line and column, both from 1. */
export class TextSource {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** @throws SightglassError invalid_argument, when it is not UTF-8 */
  static fromBytes(bytes: Uint8Array): TextSource {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const source = new TextSource(text);
    if (!isUtf8(bytes)) source.fail("the text is not UTF-8", Math.max(0, text.indexOf("\u{fffd}")));
    return source;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The character's code here; -1 at the end. */
  get code(): number {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  /** @throws SightglassError invalid_argument */
  fail(what: string, at = this.at): never {
    const before = this.text.slice(0, at);
    const line = before.split("\n").length;
    const column = at - (before.lastIndexOf("\n") + 1) + 1;
    throw new SightglassError("invalid_argument", `line ${line}, column ${column}: ${what}`);
  }

  /** @throws SightglassError invalid_argument */
  expected(what: string, at = this.at): never {
    return this.fail(`expected ${what}, got ${this.shown(at)}`, at);
  }

  private shown(at: number): string {
    if (at >= this.text.length) return "the end of the text";
    const word = /^[^\s]{1,24}|^./su.exec(this.text.slice(at, at + 24))?.[0] ?? "";
    return word === "\n" ? "the end of the line" : JSON.stringify(word);
  }

  /** Steps over spaces and tabs. */
  skipBlanks(): void {
    let { code } = this;
    while (code === 32 || code === 9) {
      this.at++;
      ({ code } = this);
    }
  }

  /** Steps over `wanted`, if it stands here. */
  take(wanted: string): boolean {
    if (!this.text.startsWith(wanted, this.at)) return false;
    this.at += wanted.length;
    return true;
  }

  /** What stands before the next blank or the end of the line. */
  word(): string {
    const start = this.at;
    const { text } = this;
    for (; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code === newline || code === 32 || code === 9) break;
    }
    return text.slice(start, this.at);
  }

  /** The rest of the line, whose end is stepped over too. */
  line(): string {
    const start = this.at;
    const end = this.text.indexOf("\n", start);
    this.at = end === -1 ? this.text.length : end + 1;
    return this.text.slice(start, end === -1 ? undefined : end);
  }
}
