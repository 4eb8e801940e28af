import { compress } from "snappyjs";

/** Remote write requests, made beforehand: encoding them is not what is measured. */

/** The headers of each version of remote write (prometheus.io/docs/specs/prw). */
export const headersOf = {
  "1.0": {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
  },
  "2.0": {
    "Content-Type": "application/x-protobuf;proto=io.prometheus.write.v2.Request",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "2.0.0",
  },
};

/**
 * One request for each step: a sample of each of `series`, which go on by as many.
 * @param series as metric-series.mjs makes them
 * @returns for each of the versions the compressed bodies
 */
export function makeRequests(series, { steps, versions }) {
  const encoders = versions.map((version) => (version === "2.0" ? encoderV2(series) : encoderV1(series)));
  const bodies = versions.map(() => []);
  for (let step = 0; step < steps; step++) {
    encoders.forEach((encode, index) => bodies[index].push(Buffer.from(compress(encode()))));
    for (const one of series) one.next();
  }
  return bodies;
}

/** prometheus.WriteRequest: timeseries = 1 of labels = 1, samples = 2. */
function encoderV1(series) {
  const labels = series.map((one) =>
    Buffer.concat(
      Object.entries(one.labels).map(([name, value]) =>
        delimited(1, Buffer.concat([delimited(1, name), delimited(2, value)])),
      ),
    ),
  );
  return () =>
    Buffer.concat(series.map((one, i) => delimited(1, Buffer.concat([labels[i], delimited(2, sample(one))]))));
}

/** io.prometheus.write.v2.Request: symbols = 4, timeseries = 5 of labels_refs = 1, samples = 2. */
function encoderV2(series) {
  const symbols = new Map([["", 0]]);
  const refOf = (text) => {
    if (!symbols.has(text)) symbols.set(text, symbols.size);
    return symbols.get(text);
  };
  const labels = series.map((one) =>
    delimited(1, Buffer.concat(Object.entries(one.labels).flatMap((pair) => pair.map((text) => varint(refOf(text)))))),
  );
  const table = Buffer.concat([...symbols.keys()].map((text) => delimited(4, text)));
  return () =>
    Buffer.concat([
      table,
      ...series.map((one, i) => delimited(5, Buffer.concat([labels[i], delimited(2, sample(one))]))),
    ]);
}

/** Sample: value = 1, timestamp = 2. */
function sample({ value, timeMs }) {
  const double = Buffer.alloc(9);
  double[0] = 0x09;
  double.writeDoubleLE(value, 1);
  return Buffer.concat([double, Buffer.of(0x10), varint(timeMs)]);
}

function delimited(field, content) {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.of((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
