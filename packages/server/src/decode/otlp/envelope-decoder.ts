import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import type { AttributeColumns } from "../attribute-columns.ts";
import { ByteSource } from "../native/byte-source.ts";
import type { LowCardinalityColumn } from "../native/low-cardinality-column.ts";
import { keyTag, type Redaction } from "../redact/redaction.ts";
import type { Word64Column } from "../native/fixed-columns.ts";
import type { Steps } from "../steps.ts";
import { TypedJsonWriter } from "../typed-json-writer.ts";
import { AnyValueFields, anyValueKind, KeyValueFields, writeAnyValue } from "./any-value.ts";
import { AttributeList } from "./attribute-list.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { type DecodeOutcome, Rejections } from "./rejections.ts";

export interface DecodeContext {
  /** When the request was received, in milliseconds since the Unix epoch. */
  readonly receivedAtMs: number;
}

/** A part of the body. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** The columns that every item takes from its envelope. */
interface EnvelopeColumns {
  readonly service: LowCardinalityColumn;
  readonly resource: LowCardinalityColumn;
  readonly scope: LowCardinalityColumn;
}

const itemsPerStep = 512;
const serviceName = Buffer.from("service.name");
const unknownService = new ByteSource(Buffer.from("unknown_service"));

/**
 * What export requests of all signals have in common: resources that hold scopes that hold items, each level with a
 * schema URL. Resource and schema URL may follow the items on the wire, so each level is first gone through by its
 * lengths, and then the items are decoded.
 *
 * Resource and scope are written as typed JSON and interned once, when their first item is accepted.
 */
export abstract class EnvelopeDecoder {
  protected readonly reader: ProtobufReader;
  protected readonly json: TypedJsonWriter;
  protected readonly list = new AttributeList();
  protected readonly value = new AnyValueFields();
  protected accepted = 0;
  protected readonly rejections = new Rejections();
  protected readonly receivedLow: number;
  protected readonly receivedHigh: number;
  protected readonly receivedNsLow: number;
  protected readonly receivedNsHigh: number;
  private readonly pair = new KeyValueFields();
  private readonly columns: EnvelopeColumns;
  private readonly attributes: AttributeColumns;
  protected readonly redaction: Redaction | undefined;
  private readonly names: { readonly resources: string; readonly scopes: string; readonly items: string };
  private parts = 0;
  private resourceIndex = -1;
  private scopeIndex = -1;
  private itemIndex = -1;
  private resources: Range[] = [];
  private resourceSchemaUrl: Range = { start: 0, end: 0 };
  private scopes: Range[] = [];
  private scopeSchemaUrl: Range = { start: 0, end: 0 };
  private serviceEntry = -1;
  private resourceEntry = -1;
  private scopeEntry = -1;

  constructor(
    body: Uint8Array,
    to: EnvelopeColumns & { readonly attributes: AttributeColumns },
    { receivedAtMs, redaction }: DecodeContext & { readonly redaction: Redaction | undefined },
    names: { readonly resources: string; readonly scopes: string; readonly items: string },
  ) {
    this.reader = new ProtobufReader(new ByteSource(body));
    this.json = new TypedJsonWriter(redaction);
    this.redaction = redaction;
    this.columns = to;
    this.attributes = to.attributes;
    this.names = names;
    this.receivedLow = receivedAtMs % 0x1_0000_0000;
    this.receivedHigh = Math.floor(receivedAtMs / 0x1_0000_0000);
    const receivedNs = BigInt(Math.floor(receivedAtMs)) * 1_000_000n;
    this.receivedNsLow = Number(receivedNs & 0xffff_ffffn);
    this.receivedNsHigh = Number(receivedNs >> 32n);
  }

  /** Decodes one span or log record from the reader's position to `end`. */
  protected abstract decodeItem(end: number): void;

  /**
   * Decodes the body in steps of some items each.
   * @throws SightglassError invalid_argument, payload_too_large; rows that were appended until then are not undone
   */
  *steps(): Steps<DecodeOutcome> {
    const { reader } = this;
    const end = reader.limit;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x0a) {
        const resourceEnd = reader.end();
        yield* this.decodeResource(resourceEnd);
        reader.position = resourceEnd;
      } else reader.skipUnknown(tag, 1);
    }
    return { accepted: this.accepted, rejected: this.rejections.count, reasons: this.rejections.reasons() };
  }

  /** ResourceSpans, ResourceLogs: resource = 1, scopes = 2, schema_url = 3. */
  private *decodeResource(end: number): Steps<void> {
    const { reader } = this;
    const start = reader.position;
    this.resourceIndex++;
    this.countPart();
    this.scopeIndex = -1;
    this.resourceEntry = -1;
    this.resources = [];
    this.resourceSchemaUrl = this.gather(end, this.resources);
    reader.position = start;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x12) {
        const scopeEnd = reader.end();
        yield* this.decodeScope(scopeEnd);
        reader.position = scopeEnd;
      } else reader.skip(tag);
    }
  }

  /** ScopeSpans, ScopeLogs: scope = 1, items = 2, schema_url = 3. */
  private *decodeScope(end: number): Steps<void> {
    const { reader } = this;
    const start = reader.position;
    this.scopeIndex++;
    this.countPart();
    this.itemIndex = -1;
    this.scopeEntry = -1;
    this.scopes = [];
    this.scopeSchemaUrl = this.gather(end, this.scopes);
    reader.position = start;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x12) {
        const itemEnd = reader.end();
        this.itemIndex++;
        this.countPart();
        this.decodeItem(itemEnd);
        reader.position = itemEnd;
        if (this.itemIndex % itemsPerStep === itemsPerStep - 1) yield;
      } else reader.skip(tag);
    }
  }

  /** Goes through one level and collects field 1 (a message in pieces is merged) and field 3, the schema URL. */
  private gather(end: number, pieces: Range[]): Range {
    const { reader } = this;
    let schemaUrl: Range = { start: 0, end: 0 };
    reader.limit = end;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === 0x12) reader.position = reader.end();
      else if (tag === 0x0a || tag === 0x1a) {
        const pieceEnd = reader.end();
        const range = { start: reader.position, end: pieceEnd };
        if (tag === 0x0a) pieces.push(range);
        else schemaUrl = range;
        reader.position = pieceEnd;
      } else reader.skipUnknown(tag, 3);
    }
    return schemaUrl;
  }

  /** Envelopes, items, events, links and attributes count against one limit: each can be two bytes on the wire. */
  protected countPart(): void {
    if (++this.parts > limits.decodePartsMax.value) {
      throw new SightglassError(
        "payload_too_large",
        `the request has more than ${limits.decodePartsMax.value} resources, scopes, spans, events, links, records and attributes`,
        { hint: "send smaller batches" },
      );
    }
  }

  protected reject(reason: string): void {
    const { names } = this;
    this.rejections.add(
      reason,
      () =>
        `${names.resources}[${this.resourceIndex}].${names.scopes}[${this.scopeIndex}].${names.items}[${this.itemIndex}]`,
    );
  }

  /** Appends service, resource and scope for an accepted item. The reader's position and limit are lost. */
  protected appendEnvelope(): void {
    if (this.resourceEntry === -1) this.internResource();
    if (this.scopeEntry === -1) this.internScope();
    this.columns.service.appendEntry(this.serviceEntry);
    this.columns.resource.appendEntry(this.resourceEntry);
    this.columns.scope.appendEntry(this.scopeEntry);
  }

  /** Resource: attributes = 1, dropped_attributes_count = 2. */
  private internResource(): void {
    const { reader, json, list } = this;
    let dropped = 0;
    list.clear();
    for (const { start, end } of this.resources) {
      reader.position = start;
      while (reader.position < end) {
        reader.limit = end;
        const tag = reader.tag();
        if (tag === 0x0a) this.collectAttribute();
        else if (tag === 0x10) dropped = reader.varint32();
        else reader.skipUnknown(tag, 2);
      }
    }
    const service = list.findString(reader, serviceName);
    const dictionary = this.columns.service.dictionary;
    this.serviceEntry =
      service === undefined
        ? dictionary.intern(unknownService, 0, unknownService.bytes.length)
        : dictionary.intern(reader.source, service.start, service.end);
    json.clear();
    json.raw('{"attributes":');
    list.write(reader, json);
    json.raw(`,"droppedAttributesCount":${dropped},"schemaUrl":`);
    json.string(reader.source, this.resourceSchemaUrl.start, this.resourceSchemaUrl.end);
    json.raw("}");
    this.resourceEntry = this.columns.resource.dictionary.intern(json.source, 0, json.length);
  }

  /** InstrumentationScope: name = 1, version = 2, attributes = 3, dropped_attributes_count = 4. */
  private internScope(): void {
    const { reader, json, list } = this;
    let dropped = 0;
    let name: Range = { start: 0, end: 0 };
    let version = name;
    list.clear();
    for (const { start, end } of this.scopes) {
      reader.position = start;
      while (reader.position < end) {
        reader.limit = end;
        const tag = reader.tag();
        if (tag === 0x0a) name = this.range();
        else if (tag === 0x12) version = this.range();
        else if (tag === 0x1a) this.collectAttribute();
        else if (tag === 0x20) dropped = reader.varint32();
        else reader.skipUnknown(tag, 4);
      }
    }
    json.clear();
    json.raw('{"name":');
    json.string(reader.source, name.start, name.end);
    json.raw(',"version":');
    json.string(reader.source, version.start, version.end);
    json.raw(',"attributes":');
    list.write(reader, json);
    json.raw(`,"droppedAttributesCount":${dropped},"schemaUrl":`);
    json.string(reader.source, this.scopeSchemaUrl.start, this.scopeSchemaUrl.end);
    json.raw("}");
    this.scopeEntry = this.columns.scope.dictionary.intern(json.source, 0, json.length);
  }

  private range(): Range {
    const end = this.reader.end();
    const start = this.reader.position;
    this.reader.position = end;
    return { start, end };
  }

  /** Adds the KeyValue message that follows to `list`. */
  protected collectAttribute(): void {
    this.countPart();
    const { reader } = this;
    const end = reader.end();
    this.list.add(reader, end);
    reader.position = end;
  }

  /**
   * Appends the KeyValue message that follows to the map of its type.
   * @returns the pipeline bits of its key (pipeline-keys.ts)
   */
  protected appendAttribute(): number {
    this.countPart();
    const { reader, pair, value, attributes, redaction } = this;
    const end = reader.end();
    pair.read(reader, end);
    reader.position = pair.valueStart;
    value.read(reader, pair.valueEnd);
    reader.position = end;
    const { source } = reader;
    switch (value.kind) {
      case anyValueKind.string: {
        const { strings } = attributes;
        const tag = strings.appendKey(source, pair.keyStart, pair.keyEnd);
        if ((tag & keyTag.personalText) !== 0) this.appendMarker();
        else if ((tag & keyTag.allowed) === 0 && redaction?.replaces(source, value.start, value.end) === true)
          redaction.appendReplacement(strings.values);
        else strings.values.append(source, value.start, value.end);
        return tag;
      }
      case anyValueKind.int: {
        const tag = attributes.ints.appendKey(source, pair.keyStart, pair.keyEnd);
        if ((tag & keyTag.personalNumber) !== 0) this.appendMarkerInsteadOf(attributes.ints);
        else attributes.ints.values.append(value.low, value.high);
        return tag;
      }
      case anyValueKind.bool:
        attributes.bools.values.append(value.isTrue ? 1 : 0);
        return attributes.bools.appendKey(source, pair.keyStart, pair.keyEnd);
      case anyValueKind.double: {
        const tag = attributes.doubles.appendKey(source, pair.keyStart, pair.keyEnd);
        if ((tag & keyTag.personalNumber) !== 0) this.appendMarkerInsteadOf(attributes.doubles);
        else attributes.doubles.values.append(value.low, value.high);
        return tag;
      }
      default: {
        const tag = attributes.others.appendKey(source, pair.keyStart, pair.keyEnd);
        if ((tag & keyTag.personalText) !== 0 && value.kind !== anyValueKind.empty) {
          this.appendMarkerInsteadOf(attributes.others);
          return tag;
        }
        this.json.clear();
        this.json.redaction = (tag & keyTag.allowed) !== 0 ? undefined : this.redaction;
        writeAnyValue(reader, pair.valueStart, pair.valueEnd, this.json);
        this.json.redaction = this.redaction;
        reader.position = end;
        attributes.others.values.append(this.json.source, 0, this.json.length);
        return tag;
      }
    }
  }

  /** What goes by its name is a text then, whatever it was. */
  private appendMarkerInsteadOf(map: AttributeColumns["ints" | "doubles" | "others"]): void {
    map.dropKey();
    this.attributes.strings.appendKey(this.reader.source, this.pair.keyStart, this.pair.keyEnd);
    this.appendMarker();
  }

  private appendMarker(): void {
    const { redaction, attributes } = this;
    if (redaction === undefined) return;
    redaction.countName();
    attributes.strings.values.append(redaction.marker, 0, redaction.marker.bytes.length);
  }

  /** Appends the fixed64 time that follows, clamped to what DateTime64(9) can hold. */
  protected appendTime(column: Word64Column, low: number, high: number): void {
    if (high < 0x8000_0000) column.append(low, high);
    else column.append(0xffff_ffff, 0x7fff_ffff);
  }
}
