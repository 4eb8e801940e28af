import type { AnyValue, KeyValue } from "./any-value.ts";

/**
 * Typed JSON: how OTLP values stand in the store's text columns. The form of a value tells its type:
 *
 * | value | text |
 * |---|---|
 * | int | `1`, all digits of 64 bits |
 * | double | `1.0`, `1e+300`: always with a point or an exponent; `{"$double":"NaN"}`, `"Infinity"`, `"-Infinity"` |
 * | string, bool | as in JSON |
 * | empty | `null` |
 * | array | JSON array |
 * | bytes | `{"$bytes":"base64"}` |
 * | map | `{"$map":[["key",value],..]}`: keeps order and repeated keys |
 *
 * A list of attributes is a plain object when each key is there once, else `{"$map":[..]}`. The decoders write it
 * (typed-json-writer.ts); this file reads it.
 */

/**
 * Reads one value. A plain object is a list of attributes and comes as a kvlistValue.
 * @throws SyntaxError when the text is not typed JSON
 */
export function parseTypedJson(text: string): AnyValue {
  const parser = new TypedJsonParser(text);
  const value = parser.value();
  parser.expectEnd();
  return value;
}

/** Reads a list of attributes. @throws SyntaxError */
export function parseAttributes(text: string): KeyValue[] {
  return attributesOf(parseTypedJson(text));
}

function attributesOf(value: AnyValue | undefined): KeyValue[] {
  const { kvlistValue } = (value ?? {}) as { kvlistValue?: { values: KeyValue[] } };
  if (kvlistValue === undefined) throw new SyntaxError("typed JSON: attributes expected");
  return kvlistValue.values;
}

/** What the columns for a resource, scope, event or link hold. Fields that a column does not have are empty or 0. */
export interface TypedJsonDetails {
  attributes: KeyValue[];
  droppedAttributesCount: number;
  schemaUrl: string;
  /** Scopes. */
  name: string;
  version: string;
  /** Links. */
  traceState: string;
  flags: number;
}

/**
 * Reads the columns `resource` and `scope`, and an element of `event_attributes` or `link_attributes`.
 * @throws SyntaxError
 */
export function parseDetails(text: string): TypedJsonDetails {
  const fields = new Map(parseAttributes(text).map(({ key, value }) => [key, value]));
  const string = (key: string) => (fields.get(key) as { stringValue?: string } | undefined)?.stringValue ?? "";
  const int = (key: string) => Number((fields.get(key) as { intValue?: string } | undefined)?.intValue ?? 0);
  return {
    attributes: attributesOf(fields.get("attributes")),
    droppedAttributesCount: int("droppedAttributesCount"),
    schemaUrl: string("schemaUrl"),
    name: string("name"),
    version: string("version"),
    traceState: string("traceState"),
    flags: int("flags"),
  };
}

const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

class TypedJsonParser {
  private readonly text: string;
  private position = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(): AnyValue {
    switch (this.text[this.position]) {
      case '"':
        return { stringValue: this.string() };
      case "{":
        return this.object();
      case "[":
        return { arrayValue: { values: this.list("[", "]", () => this.value()) } };
      case "t":
        this.expect("true");
        return { boolValue: true };
      case "f":
        this.expect("false");
        return { boolValue: false };
      case "n":
        this.expect("null");
        return {};
      default:
        return this.number();
    }
  }

  expectEnd(): void {
    if (this.position !== this.text.length) this.fail("end");
  }

  private object(): AnyValue {
    const marker = /\{"\$(map|bytes|double)":/y;
    marker.lastIndex = this.position;
    const kind = marker.exec(this.text)?.[1];
    if (kind === undefined) return { kvlistValue: { values: this.list("{", "}", () => this.member()) } };
    this.position = marker.lastIndex;
    let value: AnyValue;
    if (kind === "map") value = { kvlistValue: { values: this.list("[", "]", () => this.pair()) } };
    else if (kind === "bytes") value = { bytesValue: this.string() };
    else value = { doubleValue: this.string() as "NaN" | "Infinity" | "-Infinity" };
    this.expect("}");
    return value;
  }

  private member(): KeyValue {
    const key = this.string();
    this.expect(":");
    return { key, value: this.value() };
  }

  private pair(): KeyValue {
    this.expect("[");
    const key = this.string();
    this.expect(",");
    const value = this.value();
    this.expect("]");
    return { key, value };
  }

  private list<Item>(open: string, close: string, item: () => Item): Item[] {
    this.expect(open);
    const items: Item[] = [];
    if (this.text[this.position] === close) {
      this.position++;
      return items;
    }
    for (;;) {
      items.push(item());
      if (this.text[this.position] === close) {
        this.position++;
        return items;
      }
      this.expect(",");
    }
  }

  private string(): string {
    const start = this.position;
    if (this.text[start] !== '"') this.fail("a string");
    let end = this.text.indexOf('"', start + 1);
    while (end !== -1 && this.isEscaped(end)) end = this.text.indexOf('"', end + 1);
    if (end === -1) this.fail("the end of the string");
    this.position = end + 1;
    const content = this.text.slice(start + 1, end);
    return content.includes("\\") ? (JSON.parse(`"${content}"`) as string) : content;
  }

  /** Whether an odd number of backslashes stands before the quote. */
  private isEscaped(quote: number): boolean {
    let first = quote;
    while (this.text[first - 1] === "\\") first--;
    return (quote - first) % 2 === 1;
  }

  private number(): AnyValue {
    numberPattern.lastIndex = this.position;
    const match = numberPattern.exec(this.text) ?? this.fail("a value");
    this.position += match[0].length;
    const isInt = match[1] === undefined && match[2] === undefined;
    return isInt ? { intValue: match[0] } : { doubleValue: Number(match[0]) };
  }

  private expect(token: string): void {
    if (!this.text.startsWith(token, this.position)) this.fail(`"${token}"`);
    this.position += token.length;
  }

  private fail(expected: string): never {
    throw new SyntaxError(`typed JSON: ${expected} expected at ${this.position}`);
  }
}
