import { isUtf8 } from "node:buffer";
import { SightglassError } from "../../../model/errors.ts";
import { limits } from "../../../model/limits.ts";
import { GrowableBytes } from "../../native/growable-bytes.ts";
import { finish, type Steps } from "../../steps.ts";
import { wireBytes } from "../protobuf-reader.ts";
import { colon, JsonReader } from "./json-reader.ts";
import { anyValue, type FieldType, type MessageType } from "./message-types.ts";
import { ScalarWriter } from "./scalar-writer.ts";

/** Lengths of messages are patched in as four-byte varints, so that nothing is moved: 28 bits. */
const messageBytesMax = 2 ** 28 - 1;
/** Lists of an export request inside of each other: resources, scopes, items. The items are the many. */
const envelopeLevels = 3;
const itemsPerStep = 256;

/**
 * Rewrites an OTLP/JSON message as protobuf, so that one decoder does both. OTLP/JSON is proto3 JSON, but ids are hex,
 * enums are integers and fields have lowerCamelCase names only (OTLP specification, "JSON Protobuf Encoding"). Unknown
 * fields are skipped, `null` is an unset field, and 64-bit integers may be numbers or strings.
 * @throws SightglassError invalid_argument with the JSON path
 */
export function jsonToProtobuf(body: Uint8Array, type: MessageType): Uint8Array {
  return finish(jsonToProtobufSteps(body, type));
}

/** The same in steps of some items each. */
export function jsonToProtobufSteps(body: Uint8Array, type: MessageType): Steps<Uint8Array> {
  if (!isUtf8(body)) throw new SightglassError("invalid_argument", "invalid OTLP/JSON: the body is not UTF-8");
  return new Transcoder(body).document(type);
}

class Transcoder {
  private readonly reader: JsonReader;
  private readonly out = new GrowableBytes();
  private readonly scalars: ScalarWriter;
  private valueDepth = 0;

  constructor(body: Uint8Array) {
    this.reader = new JsonReader(body);
    this.scalars = new ScalarWriter(this.reader, this.out);
  }

  *document(type: MessageType): Steps<Uint8Array> {
    yield* this.envelope(type, envelopeLevels);
    this.reader.expectEnd();
    return this.out.written();
  }

  /** A message around lists of items, in steps. */
  private *envelope(type: MessageType, levels: number): Steps<void> {
    const { reader } = this;
    if (reader.peek() !== 0x7b) reader.fail("an object expected");
    for (let more = reader.firstMember(); more; more = reader.nextMember()) {
      const field = this.member(type);
      if (field?.repeated === true && typeof field.kind !== "string")
        yield* this.list(field.number, field.kind(), levels);
      else if (field !== undefined) this.field(field);
      reader.path.pop();
    }
  }

  private *list(number: number, type: MessageType, levels: number): Steps<void> {
    const { reader } = this;
    if (reader.peek() !== 0x5b) reader.fail("an array expected");
    let items = 0;
    for (let more = reader.firstElement(); more; more = reader.nextElement()) {
      const lengthAt = this.beginMessage(number);
      if (levels > 1) yield* this.envelope(type, levels - 1);
      else {
        this.message(type);
        if (++items % itemsPerStep === 0) yield;
      }
      this.endMessage(lengthAt);
    }
  }

  private message(type: MessageType): void {
    const { reader } = this;
    const isValue = type === anyValue;
    // Values are the only messages that contain their own kind. The outermost one has the depth 0.
    if (isValue && this.valueDepth++ > limits.decodeDepthMax.value) reader.fail("values are nested too deeply");
    if (reader.peek() !== 0x7b) reader.fail("an object expected");
    reader.members(() => {
      const field = this.member(type);
      if (field !== undefined) this.field(field);
      reader.path.pop();
    });
    if (isValue) this.valueDepth--;
  }

  /** Takes a member up to its value, and puts its name on the path. @returns undefined when its value needs nothing more */
  private member(type: MessageType): FieldType | undefined {
    const { reader } = this;
    const field = this.find(type);
    reader.path.push(field?.name ?? reader.text());
    reader.expect(colon);
    if (field === undefined) reader.skip();
    else if (!reader.takesWord("null")) return field;
    return undefined;
  }

  /** The field that the last string names. */
  private find(type: MessageType): FieldType | undefined {
    const { reader } = this;
    if (reader.isEscaped) {
      const name = reader.text();
      return type.find((field) => field.name === name);
    }
    const { start, end } = reader;
    const { bytes } = reader.source;
    for (const field of type) if (isText(bytes, start, end, field.nameBytes)) return field;
    return undefined;
  }

  private field(field: FieldType): void {
    const { reader } = this;
    if (!field.repeated) this.single(field);
    else {
      if (reader.peek() !== 0x5b) reader.fail("an array expected");
      reader.elements(() => this.single(field));
    }
  }

  private single({ number, kind }: FieldType): void {
    if (typeof kind === "string") {
      this.scalars.write(number, kind);
      return;
    }
    const lengthAt = this.beginMessage(number);
    this.message(kind());
    this.endMessage(lengthAt);
  }

  /** @returns where the length goes once it is known */
  private beginMessage(number: number): number {
    const { out } = this;
    out.pushVarint((number << 3) | wireBytes);
    out.reserve(4);
    out.length += 4;
    return out.length - 4;
  }

  private endMessage(lengthAt: number): void {
    const { out, reader } = this;
    const length = out.length - lengthAt - 4;
    if (length > messageBytesMax) reader.fail("the message is too large");
    for (let i = 0; i < 4; i++) out.bytes[lengthAt + i] = ((length >>> (7 * i)) & 0x7f) | (i < 3 ? 0x80 : 0);
  }
}

function isText(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
  return true;
}
