import { randomBytes, randomFillSync } from "node:crypto";

/**
 * One OTLP ExportTraceServiceRequest of `spanCount` spans: 281 bytes a span, 6 attributes, ten spans a trace, one resource.
 * `refresh` gives every span and trace ids and times of its own, in place, so that nothing compresses or deduplicates
 * better than real traffic does.
 */
export function makePayload(spanCount, { service = "bench", spansPerTrace = 10 } = {}) {
  const patches = [];
  const spans = [];
  for (let index = 0; index < spanCount; index++) spans.push(span(index % spansPerTrace));
  const resource = message(1, attribute("service.name", service), attribute("host.name", "bench-host"));
  const scope = message(1, text(1, "bench-scope"), text(2, "1.0.0"));
  const body = message(1, resource, message(2, scope, ...spans.map(({ bytes }) => bytes)));
  // Ids are placeholders that occur nowhere else; their offsets are looked up once.
  let from = 0;
  for (const { marker } of spans) {
    const at = body.indexOf(marker, from);
    patches.push(at);
    from = at + marker.length;
  }
  return { body, spanCount, refresh: (nowNs) => refresh(body, patches, spansPerTrace, nowNs) };
}

const names = ["extract", "validate", "transform", "join airports", "load", "commit"];

function span(place) {
  const marker = randomBytes(16);
  const parts = [
    bytes(1, marker),
    bytes(2, randomBytes(8)),
    bytes(4, place === 0 ? Buffer.alloc(0) : randomBytes(8)),
    text(5, names[place % names.length]),
    varintField(6, 1),
    fixed64(7, 1_700_000_000_000_000_000n),
    fixed64(8, 1_700_000_000_005_000_000n),
    attribute("messaging.destination.name", `analytics.orders_${place}`, 9),
    attribute("db.system.name", "postgresql", 9),
    attribute("net.peer.name", "warehouse-primary-1.eu-central-1.internal", 9),
    attribute("thread.name", `worker-${place}`, 9),
    intAttribute("batch.rows", 1000 + place, 9),
    intAttribute("batch.bytes", 1_000_000 + place, 9),
  ];
  return { marker, bytes: message(2, ...parts) };
}

/** The layout of a span is fixed: tag, length, 16 bytes of trace id, tag, length, 8 of span id, tag, length, parent. */
function refresh(body, patches, spansPerTrace, nowNs) {
  const ids = randomFillSync(new Uint8Array(8 * patches.length));
  let traceId;
  let parentAt = 0;
  for (let index = 0; index < patches.length; index++) {
    const at = patches[index];
    if (index % spansPerTrace === 0) {
      traceId = randomBytes(16);
      parentAt = at + 18;
    }
    body.set(traceId, at);
    body.set(ids.subarray(index * 8, index * 8 + 8), at + 18);
    const parentLength = body[at + 27];
    if (parentLength === 8) body.copy(body, at + 28, parentAt, parentAt + 8);
    const timesAt = body.indexOf(0x39, at + 28 + parentLength);
    body.writeBigUInt64LE(nowNs, timesAt + 1);
    body.writeBigUInt64LE(nowNs + 5_000_000n, timesAt + 10);
  }
}

function varint(value) {
  const out = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...out, rest]);
    out.push((rest % 128) | 128);
  }
}

const tag = (field, type) => varint(field * 8 + type);
const varintField = (field, value) => Buffer.concat([tag(field, 0), varint(value)]);
const bytes = (field, value) => Buffer.concat([tag(field, 2), varint(value.length), value]);
const text = (field, value) => bytes(field, Buffer.from(value));
const message = (field, ...parts) => bytes(field, Buffer.concat(parts));

function fixed64(field, value) {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(value);
  return Buffer.concat([tag(field, 1), out]);
}

function attribute(key, value, field = 1) {
  return message(field, text(1, key), message(2, text(1, value)));
}

function intAttribute(key, value, field = 1) {
  return message(field, text(1, key), message(2, varintField(3, value)));
}
