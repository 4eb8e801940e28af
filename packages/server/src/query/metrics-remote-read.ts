import { createMatcher, type Matcher, type MatchOperator, type RawSeries } from "@sightglass/promql";
import { ByteSource } from "../decode/native/byte-source.ts";
import { ProtobufReader } from "../decode/otlp/protobuf-reader.ts";
import { encodeFloatHistogram } from "../decode/prometheus/float-histogram.ts";
import { snappyDecompress, snappyLength } from "../decode/prometheus/snappy.ts";
import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import { ProtobufWriter } from "./trace-protobuf-writer.ts";

/** One query of a read request (prometheus/prompb/remote.proto). */
export interface RemoteReadQuery {
  startMs: number;
  endMs: number;
  matchers: Matcher[];
}

export interface RemoteReadRequest {
  queries: RemoteReadQuery[];
  /** The client would rather have chunks than samples. */
  wantsChunks: boolean;
  takesSamples: boolean;
}

const responseTypes = { samples: 0, streamedXorChunks: 1 };

/** @throws SightglassError invalid_argument, payload_too_large */
export function decodeReadRequest(body: Uint8Array): RemoteReadRequest {
  const bytesMax = limits.queryFormBytesMax.value;
  if (snappyLength(body) > bytesMax)
    throw new SightglassError("payload_too_large", `the request has more than ${bytesMax} bytes, which is the limit`);
  const reader = new ProtobufReader(new ByteSource(snappyDecompress(body)));
  const queries: RemoteReadQuery[] = [];
  // In the order in which the client likes them.
  const accepted: number[] = [];
  fields(reader, (field, tag) => {
    if (field === 1) queries.push(message(reader, readQuery));
    else if (field === 2) accepted.push(...enums(reader, tag));
    else return false;
    return true;
  });
  const known = accepted.filter((type) => Object.values(responseTypes).includes(type));
  if (accepted.length > 0 && known.length === 0)
    throw new SightglassError(
      "invalid_argument",
      `none of the accepted response types ${accepted.join(", ")} is known`,
    );
  return {
    queries,
    wantsChunks: known[0] === responseTypes.streamedXorChunks,
    takesSamples: known.length === 0 || known.includes(responseTypes.samples),
  };
}

/** One value, or several packed together. */
function enums(reader: ProtobufReader, tag: number): number[] {
  if ((tag & 7) !== 2) return [reader.varint32()];
  const end = reader.end();
  const values: number[] = [];
  while (reader.position < end) values.push(reader.varint32());
  return values;
}

function readQuery(reader: ProtobufReader): RemoteReadQuery {
  const query: RemoteReadQuery = { startMs: 0, endMs: 0, matchers: [] };
  fields(reader, (field) => {
    if (field === 1) query.startMs = int64(reader);
    else if (field === 2) query.endMs = int64(reader);
    else if (field === 3) query.matchers.push(message(reader, readMatcher));
    else return false;
    return true;
  });
  return query;
}

const operators: readonly MatchOperator[] = ["=", "!=", "=~", "!~"];

function readMatcher(reader: ProtobufReader): Matcher {
  let [type, name, value] = [0, "", ""];
  fields(reader, (field) => {
    if (field === 1) type = reader.varint32();
    else if (field === 2) name = text(reader);
    else if (field === 3) value = text(reader);
    else return false;
    return true;
  });
  const operator = operators[type];
  if (operator === undefined) throw new SightglassError("invalid_argument", `matcher type ${type} is not known`);
  try {
    return createMatcher(name, operator, value);
  } catch (cause) {
    throw new SightglassError("invalid_argument", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Reads the fields of a message; what `take` does not take is stepped over. */
function fields(reader: ProtobufReader, take: (field: number, tag: number) => boolean): void {
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (!take(tag >>> 3, tag)) reader.skip(tag);
  }
}

function message<T>(reader: ProtobufReader, read: (reader: ProtobufReader) => T): T {
  const end = reader.end();
  const outer = reader.limit;
  reader.limit = end;
  const value = read(reader);
  reader.position = end;
  reader.limit = outer;
  return value;
}

function int64(reader: ProtobufReader): number {
  reader.varint64();
  return (reader.high | 0) * 2 ** 32 + reader.low;
}

function text(reader: ProtobufReader): string {
  const end = reader.end();
  const bytes = reader.source.bytes.subarray(reader.position, end);
  reader.position = end;
  return new TextDecoder().decode(bytes);
}

/** `ReadResponse` with samples and native histograms, as one Snappy block. */
export function encodeReadResponse(results: readonly (readonly RawSeries[])[]): Uint8Array {
  const writer = new ProtobufWriter();
  for (const series of results) writer.message(1, () => series.forEach((each) => writeSeries(writer, each)));
  return snappyStored(writer.take());
}

function writeSeries(writer: ProtobufWriter, { labels, timestampsMs, values, histograms }: RawSeries): void {
  writer.message(1, () => {
    for (const [name, value] of labels.entries())
      writer.message(1, () => {
        writer.string(1, name);
        writer.string(2, value);
      });
    timestampsMs.forEach((timeMs, index) => {
      const histogram = histograms?.[index];
      if (histogram !== undefined) {
        writer.bytes(4, encodeFloatHistogram(histogram, timeMs));
        return;
      }
      writer.message(2, () => {
        // A staleness marker must keep its bits, which a number may lose.
        writer.fixed64(1, bitsAt(values, index));
        writer.int64(2, BigInt(timeMs));
      });
    });
  });
}

function bitsAt(values: Float64Array, index: number): bigint {
  return new BigUint64Array(values.buffer, values.byteOffset + index * 8, 1)[0] ?? 0n;
}

/** Snappy's block format without compressing: literals only. */
function snappyStored(bytes: Uint8Array): Uint8Array {
  const chunkMax = 65_536;
  const parts: Uint8Array[] = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += chunkMax) {
    const chunk = bytes.subarray(at, at + chunkMax);
    const length = chunk.length - 1;
    // Tag 61: a literal whose length minus one follows in two bytes.
    parts.push(Uint8Array.of(61 << 2, length & 0xff, length >>> 8), chunk);
  }
  return Buffer.concat(parts);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
